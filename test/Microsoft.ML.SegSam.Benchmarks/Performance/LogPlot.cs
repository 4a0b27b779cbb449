using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Lines through points, named at their ends' legend.</summary>
internal sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A plot with logarithmic axes as an SVG file, for light and dark pages alike.</summary>
internal static class LogPlot
{
    private const double Width = 640, Height = 400, Left = 70, Right = 20, Top = 40, Bottom = 55, Size = 13;
    private static readonly string[] Colors = ["#0072b2", "#d55e00", "#009e73"];

    /// <param name="lines">At most three; positive numbers.</param>
    /// <exception cref="ArgumentException">There is no point, one is not positive, or there are too many lines.</exception>
    public static string Draw(string title, string xLabel, string yLabel, params PlotLine[] lines)
    {
        var points = lines.SelectMany(line => line.Points).ToList();
        if (points.Count == 0 || lines.Length > Colors.Length || points.Exists(point => !(point.X > 0 && point.Y > 0)))
        {
            throw new ArgumentException(
                $"A logarithmic plot needs positive points, at least one, in at most {Colors.Length} lines.",
                nameof(lines));
        }
        var (x, y) = (Axis.Of(points.Select(point => point.X)), Axis.Of(points.Select(point => point.Y)));
        double AtX(double value) => Left + x.Place(value) * (Width - Left - Right);
        double AtY(double value) => Height - Bottom - y.Place(value) * (Height - Top - Bottom);

        var picture = new SvgPicture(Width, Height, title);
        picture.Write(Width / 2, 24, title, 15, anchor: "middle", bold: true);
        foreach (var tick in x.Ticks())
        {
            picture.Line(AtX(tick), Top, AtX(tick), Height - Bottom, SvgPicture.Grid);
            picture.Write(AtX(tick), Height - Bottom + 18, Statistics.Plain(tick), Size, anchor: "middle");
        }

        foreach (var tick in y.Ticks())
        {
            picture.Line(Left, AtY(tick), Width - Right, AtY(tick), SvgPicture.Grid);
            picture.Write(Left - 8, AtY(tick) + 4, Statistics.Plain(tick), Size, anchor: "end");
        }

        picture.Write((Left + Width - Right) / 2, Height - 14, xLabel + " (log scale)", Size, anchor: "middle");
        picture.Write(20, (Top + Height - Bottom) / 2, yLabel + " (log scale)", Size, anchor: "middle", turn: -90);
        foreach (var (i, line) in lines.Index())
        {
            var places = line.Points.Select(point => (X: AtX(point.X), Y: AtY(point.Y))).ToList();
            picture.Curve(places, Colors[i], 2);
            places.ForEach(place => picture.Dot(place.X, place.Y, 4, Colors[i]));
            picture.Rectangle(Left + 12, Top + 12 + 20 * i, 12, 12, Colors[i]);
            picture.Write(Left + 30, Top + 22 + 20 * i, line.Name, Size);
        }

        return picture.ToString();
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
