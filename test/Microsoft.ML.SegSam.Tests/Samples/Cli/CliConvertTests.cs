using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using SegSam.Cli.Sources;
using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertTests : IDisposable
{
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void SAM_Med2Ds_layout_becomes_a_table_with_its_splits()
    {
        var source = TinySources.SamMed2D(_folder.At());
        var report = Json("convert", source, "--out", _folder.At("table.csv"));
        Assert.AreEqual(3, report.GetProperty("objects").GetInt32());
        var rows = Table("table.csv").Rows;
        CollectionAssert.AreEqual((string[])["liver", "spleen", "postcava"], rows.Select(row => row.Category).ToArray());
        CollectionAssert.AreEqual((string[])["train", "train", "test"], rows.Select(row => row.Split).ToArray());
        CollectionAssert.AreEqual((float[])[8, 8, 24, 20], rows[0].Box);
        StringAssert.Contains(File.ReadAllText(_folder.At("table.csv")), "slices/images/a_1.png,slices/masks/a_1_liver_000.png",
            "Paths are relative: folder and table may move together.");
    }

    [TestMethod]
    public void Masks_tell_image_and_category_by_name_folder_or_option()
    {
        foreach (var image in (string[])["a", "a_b", "c"])
            TinySources.Block(_folder.At("set", "images", image + ".png"), 4, 4, 40, 40);
        TinySources.Block(_folder.At("set", "masks", "a_left_kidney_000.png"), 4, 4, 9, 9, 0);
        TinySources.Block(_folder.At("set", "masks", "a_b_liver.png"), 5, 5, 9, 9, 0);
        TinySources.Block(_folder.At("set", "masks", "brain_tumor", "a.png"), 6, 6, 9, 9, 0);
        var (code, output, error) = Segsam("convert", _folder.At("set"), "--out", _folder.At("table.csv"));
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "Left out (1): images without a mask; the first: images/c.png.");
        StringAssert.Contains(error, "1 name ended in a number of three digits (_000)");
        StringAssert.Contains(output, "2 images with 3 objects");
        CollectionAssert.AreEquivalent((string[])["images/a.png left kidney 4", "images/a.png brain tumor 6", "images/a_b.png liver 5"],
            Table("table.csv").Rows.Select(row => $"{row.ImageId} {row.Category} {row.Box[0]}").ToArray());

        var plain = _folder.At("set", "masks", "c.png");
        TinySources.Block(plain, 7, 7, 9, 9, 0);
        StringAssert.Contains(Fails(1, "convert", _folder.At("set"), "--out", _folder.At("table.csv"), "--strict", "--force"),
            $"'{plain}' has no category; set --category");
        Done("convert", _folder.At("set"), "--out", _folder.At("table.csv"), "--category", "lesion", "--force");
        Assert.AreEqual("lesion", Table("table.csv").Rows.Single(row => row.ImageId == "images/c.png").Category);
        TinySources.Block(_folder.At("set", "masks", "z_liver.png"), 7, 7, 9, 9, 0);
        StringAssert.Contains(Fails(1, "convert", _folder.At("set"), "--out", _folder.At("table.csv"), "--category", "lesion", "--strict",
            "--force"), "z_liver.png' has no image");
        StringAssert.Contains(Fails(1, "convert", _folder.At(), "--out", _folder.At("table.csv"), "--force"), "has no folder images/");
    }

    [TestMethod]
    [DataRow("""{"1": "liver", "300": "spleen"}""")]
    [DataRow("""{"labels": {"background": 0, "liver": 1, "spleen": 300}}""")]
    public void Gray_levels_of_label_maps_become_masks_of_their_categories(string labels)
    {
        TinySources.Block(_folder.At("set", "images", "a.png"), 4, 4, 40, 40);
        var map = _folder.At("set", "masks", "a.png");
        TinySources.Levels(map, (x, y) => y < 5 ? 0 : x is >= 4 and < 9 ? 1 : x >= 30 ? 300 : 0, bits: 16);
        File.WriteAllText(_folder.At("labels.json"), labels);
        Done("convert", _folder.At("set"), "--out", _folder.At("table.csv"), "--labels", _folder.At("labels.json"));
        CollectionAssert.AreEqual((string[])["images/a.png liver 4 5 9 48", "images/a.png spleen 30 5 48 48"],
            Table("table.csv").Rows.Select(row => $"{row.ImageId} {row.Category} {string.Join(' ', row.Box)}").ToArray());
        Assert.AreEqual(5 * 43, ImageFile.ReadMask(Table("table.csv").Rows[0].MaskPath, out _).Area);

        File.WriteAllText(_folder.At("labels.json"), """{"1": "liver"}""");
        string[] again = ["convert", _folder.At("set"), "--out", _folder.At("table.csv"), "--labels", _folder.At("labels.json"), "--force"];
        StringAssert.Contains(Segsam(again).Error, "Left out (1): objects with the number 300, which has no category");
        StringAssert.Contains(Fails(1, [.. again, "--strict"]), "contains the number 300, which --labels does not name; it names 1");
        foreach (var bad in (string[])["""{"one": "liver"}""", """{"liver": 1, "spleen": 1}""", """{"liver": [1, "2"]}""",
            """{"ignore": 3}""", "[1]"])
        {
            File.WriteAllText(_folder.At("labels.json"), bad);
            StringAssert.Contains(Fails(1, again), "labels.json' is not a list of labels");
        }

        File.WriteAllText(_folder.At("labels.json"), labels);
        TinySources.Levels(map, (_, _) => 1, width: 40);
        StringAssert.Contains(Fails(1, again), "is 40 x 48 pixels, its image 48 x 48");
    }

    [TestMethod]
    public void Masks_come_back_from_COCO_as_they_went()
    {
        _folder.Phantoms(4);
        Done("convert", _folder.At("slices"), "--out", _folder.At("there.csv"));
        Done("convert", _folder.At("there.csv"), "--out", _folder.At("coco", "annotations.json"));
        Done("convert", _folder.At("coco", "annotations.json"), "--out", _folder.At("back.csv"));
        var (there, back) = (Table("there.csv").Rows, Table("back.csv").Rows);
        CollectionAssert.AreEqual(there.Select(Content).ToArray(), back.Select(Content).ToArray());

        // Uncompressed run lengths say the same.
        var document = JsonNode.Parse(File.ReadAllText(_folder.At("coco", "annotations.json")))!;
        foreach (var one in document["annotations"]!.AsArray())
        {
            var mask = SegmentationMask.FromCocoText(one!["segmentation"]!["counts"]!.GetValue<string>(), 64, 64);
            one["segmentation"]!["counts"] = new JsonArray([.. mask.Counts.Select(count => JsonValue.Create(count))]);
        }

        File.WriteAllText(_folder.At("coco", "plain.json"), document.ToJsonString());
        Done("convert", _folder.At("coco", "plain.json"), "--out", _folder.At("plain.csv"));
        CollectionAssert.AreEqual(there.Select(Content).ToArray(), Table("plain.csv").Rows.Select(Content).ToArray());
    }

    [TestMethod]
    public void Outlines_of_any_mask_fill_to_that_mask() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20]).SelectMany((height, width) =>
            Gen.Select(Gen.Const(height), Gen.Const(width), Gen.Bool.Array[height * width])).Sample((height, width, pixels) =>
        {
            var filled = new bool[pixels.Length];
            foreach (var contour in SegmentationMask.FromPixels(pixels, height, width).Contours())
            {
                var one = new bool[pixels.Length];
                PolygonFill.Fill([.. contour.Select(corner => (double)corner)], one, height, width);
                for (var i = 0; i < filled.Length; i++)
                    filled[i] ^= one[i];
            }

            return filled.AsSpan().SequenceEqual(pixels);
        }, iter: 500);

    [TestMethod]
    public void Held_out_images_are_whole_and_every_category_is_still_learned()
    {
        _folder.Phantoms(12);
        var report = Json("convert", _folder.At("slices"), "--out", _folder.At("t.csv"), "--hold-out", "0.25", "--descriptions",
            _folder.At("slices", "texts.json"));
        Assert.AreEqual(_folder.At("t.held-out.csv"), report.GetProperty("held_out").GetString());
        var (kept, held) = (Table("t.csv"), Table("t.held-out.csv"));
        Assert.AreEqual(3, held.Images);
        Assert.AreEqual(9, kept.Images);
        Assert.IsEmpty(kept.Rows.Select(row => row.ImageId).Intersect(held.Rows.Select(row => row.ImageId)));
        Assert.IsEmpty(held.Rows.Select(row => row.Category).Except(kept.Rows.Select(row => row.Category)));
        Assert.IsTrue(kept.Rows.All(row => row.Description.Length > 0) && kept.Has(TableColumns.Description));
        StringAssert.Contains(Fails(2, "convert", _folder.At("slices"), "--out", _folder.At("no.csv"), "--hold-out", "1.5"),
            "--hold-out is 1.5; it must be above 0 and below 1");
        File.WriteAllText(_folder.At("few.json"), """{"liver": "large"}""");
        StringAssert.Contains(Fails(1, "convert", _folder.At("slices"), "--out", _folder.At("t.csv"), "--descriptions",
            _folder.At("few.json"), "--force"), "few.json' does not describe: ");
    }

    private TrainingTable Table(string name) => TableReader.Read(_folder.At(name), split: null, note => Assert.Fail(note));

    private static string Content(TableRow row)
    {
        var mask = ImageFile.ReadMask(row.MaskPath, out _).ToCocoText();
        return $"{Path.GetFileName(row.ImagePath)} {row.Category} {string.Join(' ', row.Box)} {mask}";
    }
}
