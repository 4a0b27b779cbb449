using System.Globalization;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>Opens every image and mask of a table once, to find unusable rows before hours of work.</summary>
internal static class TableCheck
{
    private const string NoImage = "an unreadable image";
    private const double LeastShared = 0.2; // of a box's area, on the image

    /// <summary>The table without the rows that cannot be used.</summary>
    /// <param name="leftOut">Receives those rows.</param>
    /// <param name="report">Receives the part done, 0 to 1, and a text.</param>
    /// <exception cref="InvalidDataException">No row is left; strict: or a row cannot be used.</exception>
    public static TrainingTable Keep(TrainingTable table, LeftOut leftOut, Action<double, string> report, CancellationToken cancel)
    {
        var sizes = new Dictionary<string, (int Width, int Height)?>(StringComparer.Ordinal); // null: the image cannot be read
        var kept = new List<TableRow>();
        for (var i = 0; i < table.Rows.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                Check(table, table.Rows[i], sizes);
                kept.Add(table.Rows[i]);
            }
            catch (BadRowException wrong)
            {
                leftOut.Add(wrong.Reason, wrong.Message);
            }

            report((i + 1.0) / table.Rows.Count, FormattableString.Invariant($"{i + 1} of {table.Rows.Count} rows checked"));
        }

        leftOut.ThrowIfNothingIsLeft(table.Path, kept.Count);
        return table with { Rows = kept };
    }

    private static void Check(TrainingTable table, TableRow row, Dictionary<string, (int Width, int Height)?> sizes)
    {
        BadRowException Bad(string reason, string problem, Exception? inner = null) =>
            new(reason, $"{table.Path}, line {row.Line}: {problem}", inner);
        if (!sizes.TryGetValue(row.ImagePath, out var known))
            sizes[row.ImagePath] = known = Reading(() => Size(row.ImagePath), NoImage);
        var size = known ?? throw Bad(NoImage, $"the image '{row.ImagePath}' is not readable; see an earlier line.");
        var box = Reading(() => MaskFile.TightBox(row.MaskPath, size, new LeftOut(isStrict: false)),
            "a mask that is unreadable or has another size than its image");
        if (box is null)
            throw Bad("an empty mask", $"the mask '{row.MaskPath}' is empty; it needs at least one pixel of the object.");
        if (Problem(row, size) is { } problem)
            throw Bad("a prompt that does not fit its image", problem);

        T Reading<T>(Func<T> read, string reason)
        {
            try
            {
                return read();
            }
            catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                sizes.TryAdd(row.ImagePath, null);
                throw Bad(reason, wrong.Message, wrong);
            }
        }
    }

    private static (int Width, int Height)? Size(string image)
    {
        using var pixels = ImageFile.Read(image);
        return (pixels.Width, pixels.Height);
    }

    // The library's rules for prompts. The library checks each row when it reads it; here, all rows are checked in advance.
    private static string? Problem(TableRow row, (int Width, int Height) size)
    {
        var image = FormattableString.Invariant($"the image is {size.Width} wide and {size.Height} high");
        if (row.Box is [var x0, var y0, var x1, var y1]
            && !(x0 < x1 && y0 < y1 && Shared(x0, x1, size.Width) * Shared(y0, y1, size.Height) >= LeastShared))
        {
            return FormattableString.Invariant($"column Box: found {x0} {y0} {x1} {y1}; expected x0 y0 x1 y1 ")
                + $"with x0 < x1 and y0 < y1 that overlap the image by at least a fifth of the box's area; {image}.";
        }

        if (row.PointLabels.Length != row.Points.Length / 2 || row.PointLabels.Any(label => label is not (0 or 1)))
        {
            return $"column PointLabels: found {Text(row.PointLabels)} for {NumberText.Plural(row.Points.Length / 2, "point")}; "
                + "expected 1 or 0 for each.";
        }

        var isOutside = row.Points.Where((number, i) => !(number >= 0 && number <= (i % 2 == 0 ? size.Width : size.Height))).Any();
        return isOutside
            ? $"column Points: found {Text(row.Points)}; expected points on the image; {image}." : null;
    }

    private static double Shared(double from, double to, int size) => Math.Max(0, Math.Min(to, size) - Math.Max(from, 0)) / (to - from);

    private static string Text(float[] numbers) =>
        string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
