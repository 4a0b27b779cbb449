using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;

namespace SegSam.Cli.Sources;

/// <summary>Reads the segmentation of a COCO annotation: polygons, or run lengths, compressed or not.</summary>
internal static class CocoMask
{
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <returns>The mask, empty if nothing is segmented, and the number of ignored stray polygons of one or two corners.</returns>
    /// <exception cref="InvalidDataException">The segmentation is invalid; the message says why, without naming the annotation.</exception>
    public static (SegmentationMask Mask, int Strays) Read(JsonElement segmentation, int height, int width)
    {
        try
        {
            return segmentation.ValueKind switch
            {
                JsonValueKind.Array => Polygons(segmentation, height, width),
                JsonValueKind.Object => (Runs(segmentation, height, width), 0),
                JsonValueKind.Undefined or JsonValueKind.Null =>
                    (SegmentationMask.FromPixels(new bool[height * width], height, width), 0),
                _ => throw new InvalidDataException(
                    "its segmentation is neither polygons [[x, y, ...], ...] nor run lengths {size, counts}"),
            };
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"its segmentation is not readable: {wrong.Message.TrimEnd('.')}", wrong);
        }
    }

    private static (SegmentationMask Mask, int Strays) Polygons(JsonElement polygons, int height, int width)
    {
        var (pixels, filled, strays) = (new bool[height * width], 0, 0);
        foreach (var polygon in polygons.EnumerateArray())
        {
            if (polygon.ValueKind != JsonValueKind.Array)
                throw new InvalidDataException("a polygon is not a list of numbers");
            double[] corners = [.. polygon.EnumerateArray().Select(Number)];
            if (corners.Length % 2 != 0)
                throw new InvalidDataException($"a polygon has {corners.Length} numbers; expected x, y for at least 3 corners");
            if (corners.Length < 6)
            {
                strays++;
                continue;
            }

            filled++;
            PolygonFill.Fill(corners, pixels, height, width);
        }

        return filled > 0 || strays == 0 ? (SegmentationMask.FromPixels(pixels, height, width), strays)
            : throw new InvalidDataException($"a polygon has {polygons[0].GetArrayLength()} numbers; expected x, y for at least 3 corners");
    }

    private static SegmentationMask Runs(JsonElement runs, int height, int width)
    {
        var size = CocoFile.Get(runs, "size");
        if (size.ValueKind != JsonValueKind.Array || size.GetArrayLength() != 2 || (Whole(size[0]), Whole(size[1])) != (height, width))
        {
            var found = size.ValueKind == JsonValueKind.Array
                ? $"[{string.Join(',', size.EnumerateArray().Select(side => side.GetRawText()))}]" : "unknown";
            throw new InvalidDataException($"its run lengths have size {found}, its image [{height},{width}] (rows, columns)");
        }

        return CocoFile.Get(runs, "counts") switch
        {
            { ValueKind: JsonValueKind.Array } counts => SegmentationMask.FromCounts(counts.EnumerateArray().Select(Whole), height, width),
            { ValueKind: JsonValueKind.String } text => SegmentationMask.FromCocoText(text.GetString()!, height, width),
            _ => throw new InvalidDataException("its run lengths have no counts"),
        };
    }

    private static double Number(JsonElement number) =>
        number.ValueKind == JsonValueKind.Number && number.GetDouble() is var value && double.IsFinite(value) ? value
        : throw new FormatException($"it contains {number.GetRawText()}; expected a finite number");

    private static int Whole(JsonElement number) => Number(number) is var value && value == Math.Truncate(value) ? checked((int)value)
        : throw new FormatException($"it contains {number.GetRawText()}; expected a whole number");
}
