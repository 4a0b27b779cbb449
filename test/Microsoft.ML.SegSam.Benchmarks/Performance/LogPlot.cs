using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Lines through points, named at their ends' legend.</summary>
internal sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A plot with logarithmic axes as an SVG file, for light and dark pages alike.</summary>
internal static class LogPlot
{
    private const double Width = 640, Height = 400, Left = 70, Right = 20, Top = 40, Bottom = 55;
    private static readonly string[] Colors = ["#0072b2", "#d55e00", "#009e73"];

    /// <param name="lines">At most three; positive numbers.</param>
    /// <exception cref="ArgumentException">There is no point, one is not positive, or there are too many lines.</exception>
    public static string Draw(string title, string xLabel, string yLabel, params PlotLine[] lines)
    {
        var points = lines.SelectMany(line => line.Points).ToList();
        if (points.Count == 0 || lines.Length > Colors.Length || points.Exists(point => !(point.X > 0 && point.Y > 0)))
            throw new ArgumentException($"A logarithmic plot needs positive points, at least one, in at most {Colors.Length} lines.", nameof(lines));
        var (x, y) = (Axis.Of(points.Select(point => point.X)), Axis.Of(points.Select(point => point.Y)));
        double AtX(double value) => Left + x.Place(value) * (Width - Left - Right);
        double AtY(double value) => Height - Bottom - y.Place(value) * (Height - Top - Bottom);

        var svg = new StringBuilder();
        void Say(FormattableString text) => svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));
        void Text(double atX, double atY, string anchor, string words, string more = "") =>
            Say($"<text x=\"{atX:0.#}\" y=\"{atY:0.#}\" text-anchor=\"{anchor}\"{more}>{WebUtility.HtmlEncode(words)}</text>");

        Say($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">");
        Say($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Text(Width / 2, 24, "middle", title, " font-size=\"15\" font-weight=\"bold\"");
        foreach (var tick in x.Ticks())
        {
            Say($"<line x1=\"{AtX(tick):0.#}\" y1=\"{Top}\" x2=\"{AtX(tick):0.#}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/>");
            Text(AtX(tick), Height - Bottom + 18, "middle", Statistics.Plain(tick));
        }

        foreach (var tick in y.Ticks())
        {
            Say($"<line x1=\"{Left}\" y1=\"{AtY(tick):0.#}\" x2=\"{Width - Right}\" y2=\"{AtY(tick):0.#}\" stroke=\"#ddd\"/>");
            Text(Left - 8, AtY(tick) + 4, "end", Statistics.Plain(tick));
        }

        Say($"<rect x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" height=\"{Height - Top - Bottom}\" fill=\"none\" stroke=\"#555\"/>");
        Text((Left + Width - Right) / 2, Height - 14, "middle", xLabel + " (log scale)");
        Text(0, 0, "middle", yLabel + " (log scale)", string.Create(CultureInfo.InvariantCulture, $" transform=\"translate(20 {(Top + Height - Bottom) / 2}) rotate(-90)\""));
        foreach (var (i, line) in lines.Index())
        {
            var places = line.Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{AtX(point.X):0.#},{AtY(point.Y):0.#}"));
            Say($"<polyline points=\"{string.Join(' ', places)}\" fill=\"none\" stroke=\"{Colors[i]}\" stroke-width=\"2\"/>");
            foreach (var (px, py) in line.Points)
                Say($"<circle cx=\"{AtX(px):0.#}\" cy=\"{AtY(py):0.#}\" r=\"4\" fill=\"{Colors[i]}\"/>");
            Say($"<rect x=\"{Left + 12}\" y=\"{Top + 12 + 20 * i}\" width=\"12\" height=\"12\" fill=\"{Colors[i]}\"/>");
            Text(Left + 30, Top + 22 + 20 * i, "start", line.Name);
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>An axis from a nice number below all values to one above them.</summary>
    private sealed record Axis(double Low, double High)
    {
        private static readonly int[] Steps = [1, 2, 5];

        public static Axis Of(IEnumerable<double> values)
        {
            var all = values.ToList();
            var nice = Nice(all.Min(), all.Max()).ToList();
            var (low, high) = (nice.Last(tick => tick <= all.Min() * (1 + 1e-9)), nice.First(tick => tick >= all.Max() * (1 - 1e-9)));
            return new(low, high > low ? high : nice.First(tick => tick > low * 1.5));
        }

        public double Place(double value) => Math.Log(value / Low) / Math.Log(High / Low);

        /// <summary>All nice numbers, or the powers of ten alone where those are many.</summary>
        public IEnumerable<double> Ticks()
        {
            var all = Nice(Low, High).Where(tick => tick >= Low * (1 - 1e-9) && tick <= High * (1 + 1e-9)).ToList();
            return all.Count <= 8 ? all : all.Where(tick => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9);
        }

        private static IEnumerable<double> Nice(double low, double high) =>
            from power in Enumerable.Range((int)Math.Floor(Math.Log10(low)) - 1, (int)Math.Ceiling(Math.Log10(high / low)) + 4)
            from step in Steps
            select step * Math.Pow(10, power);
    }
}
