using System.Globalization;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Draws a confusion matrix.</summary>
internal sealed class ConfusionChart
{
    private const double Size = 12, Gap = 8, LongestName = 200, Heading = 58;
    private const int ManyNames = 16; // with more, the names stand on all four sides

    private static readonly (int R, int G, int B) Right = (15, 118, 110), Wrong = (194, 48, 28);

    private readonly CategoryConfusion _matrix;
    private readonly List<string?> _columns;
    private readonly double _cell, _labels;

    private ConfusionChart(CategoryConfusion matrix)
    {
        _matrix = matrix;
        _columns = [.. matrix.Names, .. matrix.Cells.Any(cell => cell.Predicted is null) ? (string?[])[null] : []];
        _cell = Math.Max(22, 10 + SvgPicture.Width(Text(matrix.Cells.Max(cell => cell.Count)), Size));
        _labels = Math.Min(LongestName, _columns.Max(name => SvgPicture.Width(NameOf(name), Size)) + 2);
    }

    public static SvgPicture Draw(CategoryConfusion matrix) => new ConfusionChart(matrix).Draw();

    private SvgPicture Draw()
    {
        var names = _matrix.Names;
        var isLarge = names.Count > ManyNames;
        var (left, top) = (_labels + 3 * Gap, Heading + _labels + Gap);
        var (right, bottom) = (left + _columns.Count * _cell, top + names.Count * _cell);
        var totals = SvgPicture.Width($"{Text(_matrix.Total)} of {Text(_matrix.Total)}", Size) + Gap;
        var width = right + totals + (isLarge ? _labels : 0) + 3 * Gap;
        var height = bottom + (isLarge ? _labels + Gap : 0) + 2 * Gap;
        var title = $"{Text(_matrix.Right)} of {Text(_matrix.Total)} masks named right";
        var picture = new SvgPicture(Math.Max(width, 330), height, $"Confusion matrix: {title}");
        picture.Write(Gap, 22, title, 15, bold: true);
        picture.Write(Gap, 41, "down: the true category; across: the predicted one", Size, SvgPicture.Faint);

        for (var column = 0; column < _columns.Count; column++)
        {
            var x = left + (column + 0.5) * _cell + Size / 3;
            WriteName(picture, x, top - 5, _columns[column], "start", turn: -90);
            if (isLarge)
                WriteName(picture, x, bottom + 5, _columns[column], "end", turn: -90);
        }

        for (var row = 0; row < names.Count; row++)
        {
            var (y, total) = (top + (row + 0.5) * _cell + Size / 3, _columns.Sum(column => _matrix[names[row], column]));
            WriteName(picture, left - 6, y, names[row], "end", turn: 0);
            var share = total == 0 ? "none" : $"{Text(_matrix[names[row], names[row]])} of {Text(total)}";
            picture.Write(right + 6, y, share, Size, SvgPicture.Faint);
            if (isLarge)
                WriteName(picture, right + totals + 6, y, names[row], "start", turn: 0);
            for (var column = 0; column < _columns.Count; column++)
                DrawCell(picture, left + column * _cell, top + row * _cell, names[row], _columns[column], total);
        }

        return picture;
    }

    private void DrawCell(SvgPicture picture, double x, double y, string truth, string? predicted, int total)
    {
        var (count, isRight) = (_matrix[truth, predicted], truth == predicted);
        // Rare confusions must be visible too, so the color shows the square root of the share.
        var strength = count == 0 ? 0 : 0.15 + 0.85 * Math.Sqrt((double)count / total);
        var fill = count > 0 ? Tint(isRight ? Right : Wrong, strength) : isRight ? "#dfe3e8" : "#f4f5f7";
        var tip = count == 0 ? null : $"{truth}, {(predicted is null ? "no prediction" : $"named {predicted}")}: "
            + FormattableString.Invariant($"{count} of {total} ({100.0 * count / total:0.#} %)");
        picture.Rectangle(x + 0.5, y + 0.5, _cell - 1, _cell - 1, fill, tip);
        if (count > 0)
        {
            var ink = strength > 0.55 ? "#ffffff" : SvgPicture.Ink;
            picture.Write(x + _cell / 2, y + _cell / 2 + Size / 3, Text(count), Size, ink, "middle");
        }
    }

    private void WriteName(SvgPicture picture, double x, double y, string? name, string anchor, double turn)
    {
        var whole = NameOf(name);
        var shown = SvgPicture.Fit(whole, Size, _labels);
        var ink = name is null ? SvgPicture.Faint : SvgPicture.Ink;
        picture.Write(x, y, shown, Size, ink, anchor, turn, tip: shown == whole ? null : whole);
    }

    private static string NameOf(string? name) => name ?? "no prediction";

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Tint((int R, int G, int B) color, double strength)
    {
        int Mix(int channel) => (int)Math.Round(255 + (channel - 255) * strength);
        return $"#{Mix(color.R):x2}{Mix(color.G):x2}{Mix(color.B):x2}";
    }
}
