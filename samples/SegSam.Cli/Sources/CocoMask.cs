using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;

namespace SegSam.Cli.Sources;

/// <summary>Reads the segmentation of a COCO annotation: polygons, or run lengths, compressed or not.</summary>
internal static class CocoMask
{
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="bad">Makes the error of a problem.</param>
    public static SegmentationMask Read(JsonNode? segmentation, int height, int width, Func<string, Exception> bad)
    {
        try
        {
            return segmentation switch
            {
                JsonArray polygons => Polygons(polygons, height, width, bad),
                JsonObject runs => Runs(runs, height, width, bad),
                _ => throw bad("it has no segmentation; expected polygons [[x, y, ...], ...] or run lengths {size, counts}"),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw bad($"its segmentation is not readable: {wrong.Message.TrimEnd('.')}");
        }
    }

    private static SegmentationMask Polygons(JsonArray polygons, int height, int width, Func<string, Exception> bad)
    {
        var pixels = new bool[height * width];
        foreach (var polygon in polygons)
        {
            double[] corners = [.. (polygon as JsonArray ?? throw bad("a polygon is no list of numbers")).Select(number => number!.GetValue<double>())];
            if (corners.Length < 6 || corners.Length % 2 != 0)
                throw bad($"a polygon has {corners.Length} numbers; expected x, y of at least 3 corners");
            PolygonFill.Fill(corners, pixels, height, width);
        }

        return SegmentationMask.FromPixels(pixels, height, width);
    }

    private static SegmentationMask Runs(JsonObject runs, int height, int width, Func<string, Exception> bad)
    {
        if (runs["size"] is not JsonArray { Count: 2 } size || (size[0]!.GetValue<int>(), size[1]!.GetValue<int>()) != (height, width))
            throw bad($"its run lengths are of size {runs["size"]?.ToJsonString() ?? "unknown"}, its image [{height},{width}] (rows, columns)");
        return runs["counts"] switch
        {
            JsonArray counts => SegmentationMask.FromCounts(counts.Select(count => count!.GetValue<int>()), height, width),
            JsonValue text => SegmentationMask.FromCocoText(text.GetValue<string>(), height, width),
            _ => throw bad("its run lengths have no counts"),
        };
    }
}
