using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioExportTests
{
    // 6 x 4: a liver on the left half, a surer cyst over its right column and beyond, and something a person named.
    private static readonly ExportRequest Request = new("slices/a.png", 6, 4,
    [
        new("liver", 0.6f, Mask((x, _) => x < 3)),
        new("cyst", 0.9f, Mask((x, _) => x is 2 or 3)),
        new("odd thing", null, Mask((x, y) => x == 5 && y == 3)),
    ]);

    private static readonly Exports Exports = new(Request, ["spleen", "liver"], 1000);

    [TestMethod]
    public void A_label_map_holds_the_ids_of_the_surest_names()
    {
        var png = Exports.LabelMapPng();
        var expected = Enumerable.Range(0, 24).Select(i => (X: i % 6, Y: i / 6))
            .Select(at => at.X < 2 ? 2 : at.X < 4 ? 3 : at is { X: 5, Y: 3 } ? 4 : 0).ToArray();
        CollectionAssert.AreEqual(expected, Indices(png, 6, 4));
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "labels.png");
        File.WriteAllBytes(file, png);
        CollectionAssert.AreEqual(expected, Array.ConvertAll(ImageFile.ReadLabels(file, out _, out _), number => (int)number),
            "segsam convert --labels reads it so.");
        using var shown = SKBitmap.Decode(png);
        var liver = Rgb.FromPalette(1);
        Assert.AreEqual(new SKColor(liver.R, liver.G, liver.B), shown.GetPixel(0, 0));
        Assert.AreEqual(SKColors.Black, shown.GetPixel(4, 0));
    }

    [TestMethod]
    public void COCO_JSON_names_the_models_categories_first_and_its_masks_are_those_given()
    {
        using var coco = JsonDocument.Parse(Exports.Coco().ToJsonString());
        var root = coco.RootElement;
        foreach (var wanted in (string[])["description", "version", "year", "date_created"]) // pycocotools' loadRes reads info
            Assert.AreNotEqual("", root.GetProperty("info").GetProperty(wanted).ToString());
        Assert.AreEqual(0, root.GetProperty("licenses").GetArrayLength());
        CollectionAssert.AreEqual((string[])["1 spleen", "2 liver", "3 cyst", "4 odd thing"],
            root.GetProperty("categories").EnumerateArray().Select(each => $"{each.GetProperty("id")} {each.GetProperty("name")}")
                .ToArray());
        var annotations = root.GetProperty("annotations").EnumerateArray().ToList();
        CollectionAssert.AreEqual((int[])[2, 3, 4], annotations.Select(each => each.GetProperty("category_id").GetInt32()).ToArray());
        CollectionAssert.AreEqual((int[])[12, 8, 1], annotations.Select(each => each.GetProperty("area").GetInt32()).ToArray());
        CollectionAssert.AreEqual((int[])[2, 0, 2, 4], annotations[1].GetProperty("bbox").EnumerateArray().Select(each => each.GetInt32())
            .ToArray());
        Assert.IsFalse(annotations[2].TryGetProperty("score", out _), "A person named it.");
        foreach (var (annotation, given) in annotations.Zip(Request.Objects!))
        {
            var segmentation = annotation.GetProperty("segmentation");
            var size = segmentation.GetProperty("size").EnumerateArray().Select(each => each.GetInt32()).ToArray();
            var mask = SegmentationMask.FromCocoText(segmentation.GetProperty("counts").GetString()!, size[0], size[1]);
            Assert.AreEqual(given.Counts, mask.ToCocoText());
        }
    }

    [TestMethod]
    public void More_categories_than_a_byte_tells_apart_are_refused()
    {
        var many = Request with { Objects = [.. Enumerable.Range(0, 256)
            .Select(i => new ExportObject($"name {i}", null, Mask((x, _) => x == 0)))] };
        StringAssert.Contains(Assert.ThrowsExactly<ProblemException>(() => new Exports(many, [], 1000).LabelMapPng()).Message,
            "256 categories");
    }

    /// <summary>The numbers in an indexed PNG without filters, read by the book.</summary>
    internal static int[] Indices(byte[] png, int width, int height)
    {
        CollectionAssert.AreEqual((byte[])[8, 3], png[24..26], "8 bits, with a palette");
        Assert.AreEqual((width, height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)),
            BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        var at = png.AsSpan().IndexOf("IDAT"u8);
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at - 4));
        using var zip = new ZLibStream(new MemoryStream(png, at + 4, length), CompressionMode.Decompress);
        var rows = new byte[height * (width + 1)];
        zip.ReadExactly(rows);
        return [.. Enumerable.Range(0, height).SelectMany(y => rows[(y * (width + 1) + 1)..((y + 1) * (width + 1))])
            .Select(each => (int)each)];
    }

    private static string Mask(Func<int, int, bool> isIn) =>
        SegmentationMask.FromPixels([.. Enumerable.Range(0, 24).Select(i => isIn(i % 6, i / 6))], 4, 6).ToCocoText();
}
