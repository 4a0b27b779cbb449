using System.Globalization;

namespace Microsoft.ML.SegSam.Display;

/// <summary>A curve: its name, and a value for each position on the horizontal axis. NaN leaves a gap.</summary>
/// <param name="IsMain">Whether it is drawn thicker than the others.</param>
internal sealed record PlotCurve(string Name, IReadOnlyList<double> Values, bool IsMain = false);

/// <summary>Draws curves over integers, such as epochs, with axes, and below them a legend with the last values.</summary>
/// <param name="Title">The title above the plot.</param>
/// <param name="Places">The integers, in ascending order.</param>
/// <param name="Curves">At least one curve.</param>
/// <param name="Highest">The upper end of the vertical axis, which begins at 0. Null: a round number above all values.</param>
/// <param name="Marked">A position to mark; null for none.</param>
internal sealed record LinePlot(
    string Title, IReadOnlyList<int> Places, IReadOnlyList<PlotCurve> Curves, double? Highest = null,
    (int Place, string Name)? Marked = null)
{
    public const double Width = 460;

    private const double Left = 48, Top = 34, PlotHeight = 220, Right = 14, LegendLine = 17, Small = 11;

    // Easy to distinguish on white, also for color-blind people (our choice, after the usual eight).
    private static readonly string[] Colors =
        ["#1c1f26", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#b8860b", "#7a4fbf", "#8a8d93", "#a01c1c"];

    private readonly double _highest = Highest
        ?? RoundAbove(Curves.SelectMany(curve => curve.Values).Where(double.IsFinite).DefaultIfEmpty(1).Max());

    public double Height => Top + PlotHeight + 40 + LegendLine * ((Curves.Count + 1) / 2) + 8;

    /// <summary>Draws the plot with its upper left corner at (x, 0).</summary>
    public void Draw(SvgPicture picture, double x)
    {
        picture.Write(x + Left, 20, Title, 14, bold: true);
        var (left, right) = (x + Left, x + Width - Right);
        var step = RoundAbove(_highest / 5);
        for (var level = 0; level * step <= _highest * 1.0001; level++)
        {
            var y = At(level * step);
            picture.Line(left, y, right, y, SvgPicture.Grid);
            picture.Write(left - 6, y + 4, (level * step).ToString("0.###", CultureInfo.InvariantCulture), Small, SvgPicture.Faint, "end");
        }

        var (first, last) = (Places[0], Places[^1]);
        double Across(int place) =>
            last == first ? (left + right) / 2 : left + (right - left) * (place - first) / (last - first);
        var every = (int)Math.Max(1, RoundAbove((last - first) / 8.0));
        foreach (var place in Enumerable.Range(first, last - first + 1).Where(place => place % every == 0 || last == first))
        {
            var number = place.ToString(CultureInfo.InvariantCulture);
            picture.Write(Across(place), Top + PlotHeight + 17, number, Small, SvgPicture.Faint, "middle");
        }

        picture.Write((left + right) / 2, Top + PlotHeight + 33, "epoch", Small, SvgPicture.Faint, "middle");
        if (Marked is var (marked, name))
        {
            var isRight = Across(marked) > (left + right) / 2;
            picture.Line(Across(marked), Top, Across(marked), Top + PlotHeight, SvgPicture.Faint, dashes: "4 3");
            var (nameX, anchor) = isRight ? (Across(marked) - 5, "end") : (Across(marked) + 5, "start");
            picture.Write(nameX, Top + PlotHeight - 6, name, Small, SvgPicture.Faint, anchor);
        }

        foreach (var (i, curve) in Curves.Index().Reverse()) // the first on top
            DrawCurve(picture, curve, Colors[i % Colors.Length], Across);
        foreach (var (i, curve) in Curves.Index())
        {
            var (keyX, keyY) = (left + i % 2 * (right - left) / 2, Top + PlotHeight + 52 + LegendLine * (i / 2));
            DrawKey(picture, curve, Colors[i % Colors.Length], keyX, keyY, (right - left) / 2);
        }
    }

    private void DrawCurve(SvgPicture picture, PlotCurve curve, string color, Func<int, double> across)
    {
        var run = new List<(double X, double Y)>();
        foreach (var (place, value) in Places.Zip(curve.Values).Append((0, double.NaN)))
        {
            if (double.IsFinite(value))
            {
                run.Add((across(place), At(value)));
                continue;
            }

            if (run.Count > 1)
                picture.Curve([.. run], color, curve.IsMain ? 2.6 : 1.4);
            if (run.Count is > 0 and <= 12) // a few points are more visible as dots
                run.ForEach(point => picture.Dot(point.X, point.Y, curve.IsMain ? 3 : 2, color));
            run.Clear();
        }
    }

    private static void DrawKey(SvgPicture picture, PlotCurve curve, string color, double x, double y, double width)
    {
        picture.Line(x, y - 4, x + 16, y - 4, color, curve.IsMain ? 3 : 2);
        var value = curve.Values[^1].ToString(" 0.000", CultureInfo.InvariantCulture);
        var name = SvgPicture.Fit(curve.Name, Small, width - 30 - SvgPicture.Width(value, Small));
        picture.Write(x + 21, y, name + value, Small, tip: curve.Name);
    }

    private double At(double value) => Top + PlotHeight * (1 - value / _highest);

    // The smallest number not below the value that is 1, 2, 2.5 or 5 times a power of ten.
    private static double RoundAbove(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return ((double[])[1, 2, 2.5, 5, 10]).First(digit => digit * power >= value * 0.9999) * power;
    }
}
