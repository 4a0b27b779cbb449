using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using SampleKit;
using SegSam.Cli.Sources;
using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertCocoTests : IDisposable
{
    private const string Square = "[[1, 1, 9, 1, 9, 9, 1, 9]]", Small = "[[20, 20, 24, 20, 24, 24, 20, 24]]";
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Polygons_are_filled_from_pixel_centers_and_cut_at_the_image()
    {
        var mask = CocoMask.Read(Json("[[0.6, 0.6, 3.4, 0.6, 3.4, 2.4, 0.6, 2.4], [4, -9, 99, -9, 99, 1, 4, 1]]"), 4, 6).Mask;
        CollectionAssert.AreEqual(((string[])["....##", ".##...", "......", "......"])
            .SelectMany(row => row.Select(letter => letter == '#')).ToArray(), mask.ToPixels());
        var triangle = CocoMask.Read(Json("[[0, 0, 4, 0, 0, 4]]"), 4, 4).Mask;
        Assert.AreEqual(6, triangle.Area, "Of the centers on the long edge none is inside.");
    }

    [TestMethod]
    [DataRow("a polygon has 4 numbers", "[[1, 2, 3, 4]]")]
    [DataRow("a polygon is not a list of numbers", "[1, 2, 3, 4, 5, 6]")]
    [DataRow("its segmentation is not readable", """[["a", 2, 3, 4, 5, 6]]""")]
    [DataRow("its run lengths have size [4,4], its image [48,48]", """{"size": [4, 4], "counts": [16]}""")]
    [DataRow("its run lengths have no counts", """{"size": [48, 48]}""")]
    [DataRow("The sum of the 2 run lengths is 12", """{"size": [48, 48], "counts": [2, 10]}""")]
    [DataRow("its segmentation is not readable", """{"size": [48, 48], "counts": "~~~"}""")]
    [DataRow("it has no segmentation", "null")]
    public void A_segmentation_that_makes_no_sense_is_said_with_its_annotation(string complaint, string segmentation)
    {
        Coco(segmentation);
        var error = Refused();
        StringAssert.Contains(error, "c.json, annotation 7: ");
        StringAssert.Contains(error, complaint);
    }

    [TestMethod]
    public void Crowds_and_empty_masks_are_left_out_and_told()
    {
        Coco("[[1, 1, 9, 1, 9, 9, 1, 9]]",
            """, {"id": 8, "image_id": 1, "category_id": 2, "iscrowd": 1, "segmentation": null}"""
                + """, {"id": 9, "image_id": 1, "category_id": 2, "segmentation": []}""");
        var (code, output, error) = Segsam("convert", "--force", _folder.At("c.json"), "--out", _folder.At("table.csv"));
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(error, "Left out (1): crowd regions");
        StringAssert.Contains(error, "Left out (1): annotations without a pixel");
        StringAssert.Contains(output, "1 image with 1 object");
        CollectionAssert.AreEqual((float[])[1, 1, 9, 9], TableReader.Read(_folder.At("table.csv"), split: null, note =>
            Assert.Fail(note)).Rows.Single().Box);
    }

    [TestMethod]
    public void Annotations_of_missing_pictures_other_sizes_and_no_annotations_are_said()
    {
        Coco("[[1, 1, 9, 1, 9, 9]]");
        StringAssert.Contains(Fails(1, "convert", "--force", _folder.At("c.json"), "--out", _folder.At("table.csv"), "--images",
            _folder.At("nowhere")), "set --images to the folder of the images");
        TinySources.Block(_folder.At("p.png"), 1, 1, 9, 9);
        TinySources.Write(_folder.At("p.png"), (_, _) => 9, width: 40);
        StringAssert.Contains(Refused(),
            "is 40 x 48 pixels, but its annotations are for 48 x 48");
        File.WriteAllText(_folder.At("c.json"), """{"images": []}""");
        StringAssert.Contains(Refused(),
            "does not contain COCO annotations");
        File.WriteAllText(_folder.At("c.json"), "{");
        StringAssert.Contains(Refused(),
            "is not readable as COCO annotations");
        StringAssert.Contains(Fails(1, "convert", "nowhere", "--out", "table.csv"), "There is no file or folder 'nowhere'");
        StringAssert.Contains(Fails(2, "convert", "--force", _folder.At("c.json"), "--out", "model.zip"), "use 'segsam train'");
    }

    [TestMethod]
    [DataRow("\"id\": 7, ")]
    [DataRow("\"id\": \"7\", ")]
    [DataRow("\"id\": 7.0, ")]
    [DataRow("")]
    public void Annotations_with_equal_ids_or_none_keep_their_own_masks(string id)
    {
        Coco(Square, $$""", {{{id}}"image_id": 1, "category_id": 2, "segmentation": {{Small}}}""");
        StringAssert.Contains(Converted(), "1 annotation without an id, or with the id of another");
        AssertMasks("p.png 1 1 9 9", "p.png 20 20 24 24");
    }

    [TestMethod]
    public void Pictures_of_one_name_in_two_folders_and_categories_that_make_one_file_name_share_no_mask()
    {
        foreach (var picture in (string[])["p/a.png", "q/a.png"])
            TinySources.Block(_folder.At(picture), 1, 1, 9, 9);
        Write("""{"id": 1, "file_name": "p/a.png"}, {"id": 2, "file_name": "q\\a.png"}""",
            """{"id": 1, "name": "a b"}, {"id": 2, "name": "A_b"}""",
            $$"""{"image_id": 1, "category_id": 1, "id": 1, "segmentation": {{Square}}}"""
                + $$""", {"image_id": 2, "category_id": 1, "id": 1, "segmentation": {{Small}}}"""
                + $$""", {"image_id": 2, "category_id": 2, "id": 1, "segmentation": {{Square}}}""");
        Converted();
        AssertMasks("p/a.png 1 1 9 9", "q/a.png 20 20 24 24", "q/a.png 1 1 9 9");
    }

    [TestMethod]
    public void Long_names_of_pictures_and_categories_become_files_all_the_same()
    {
        var name = new string('x', 240);
        TinySources.Block(_folder.At(name + ".png"), 1, 1, 9, 9);
        var category = new string('肝', 120);
        Write($$"""{"id": 1, "file_name": "{{name}}.png"}""", $$"""{"id": 2, "name": "{{category}}"}""",
            $$"""{"image_id": 1, "category_id": 2, "id": 1, "segmentation": {{Square}}}"""
                + $$""", {"image_id": 1, "category_id": 2, "id": 2, "segmentation": {{Small}}}""");
        Converted();
        AssertMasks($"{name}.png 1 1 9 9", $"{name}.png 20 20 24 24");
        Assert.IsTrue(Rows().All(row => row.Category == category));
    }

    [TestMethod]
    [DataRow("1", "1")]
    [DataRow("\"1\"", "1")]
    [DataRow("1", "\"1\"")]
    [DataRow("1.0", "1")]
    [DataRow("\"abc\"", "\"abc\"")]
    [DataRow("900000000000000000001", "900000000000000000001")]
    public void Ids_are_numbers_or_texts(string listed, string named)
    {
        TinySources.Block(_folder.At("p.png"), 1, 1, 9, 9);
        Write($$"""{"id": {{listed}}, "file_name": "p.png", "width": 48.0, "height": 48}""", $$"""{"id": {{named}}, "name": "liver"}""",
            $$"""{"id": 1, "image_id": {{named}}, "category_id": {{listed}}, "segmentation": {{Square}}}""");
        Converted();
        AssertMasks("p.png 1 1 9 9");
    }

    [TestMethod]
    [DataRow("image id 1 twice, for 'p.png' and 'q.png'", """{"id": 1, "file_name": "p.png"}, {"id": "1", "file_name": "q.png"}""",
        """{"id": 2, "name": "liver"}""")]
    [DataRow("category id 2 twice, for 'liver' and 'spleen'", """{"id": 1, "file_name": "p.png"}""",
        """{"id": 2, "name": "liver"}, {"id": 2.0, "name": "spleen"}""")]
    public void An_id_of_two_images_or_categories_is_said_with_both_names(string complaint, string images, string categories)
    {
        Write(images, categories, "");
        StringAssert.Contains(Refused(),
            $"c.json' has the {complaint}");
    }

    [TestMethod]
    [DataRow("stray polygons of fewer than 3 corners", 2, "\"segmentation\": [[20, 20, 24, 20, 24, 24, 20, 24], [3, 3, 4, 4], [5, 5]]")]
    [DataRow("annotations without a pixel", 1, "\"bbox\": [1, 1, 2, 2]")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[NaN, 1, 9, 1, 9, 9]]")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[-Infinity, 1, 9, 1, 9, 9]]")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[1, 1, 9, 1, 9, 9]], \"bbox\": [NaN, 1, 2, 2]")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[1, 1, 9, 1, 9]]")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[1, 1, 9, 1, 9, 9]], \"category_id\": 99")]
    [DataRow("invalid annotations", 1, "\"segmentation\": [[1, 1, 9, 1, 9, 9]], \"image_id\": 99")]
    public void What_makes_no_sense_is_left_out_beside_what_does(string reason, int rows, string more)
    {
        Coco(Square, $$""", {"id": 8, "image_id": 1, "category_id": 2, {{more}}}""");
        var error = Converted();
        StringAssert.Contains(error, "Left out (1): " + reason);
        StringAssert.Contains(error, "c.json, annotation 8");
        Assert.HasCount(rows, Rows());
        StringAssert.Contains(Refused("--strict"),
            "c.json, annotation 8");
    }

    [TestMethod]
    public void Not_a_number_where_nothing_is_read_does_not_matter()
    {
        Coco(Square,
            $$""", {"id": 8, "image_id": 1, "category_id": 2, "area": NaN, "score": -Infinity"""
                + $$""", "note": "NaN \" NaN", "segmentation": {{Small}}}""");
        Assert.DoesNotContain("Left out", Converted());
        AssertMasks("p.png 1 1 9 9", "p.png 20 20 24 24");
    }

    [TestMethod]
    public void Annotations_of_a_missing_or_damaged_picture_are_left_out_with_its_name()
    {
        TinySources.Block(_folder.At("p.png"), 1, 1, 9, 9);
        File.WriteAllText(_folder.At("bad.png"), "no image");
        Write("""{"id": 1, "file_name": "p.png"}, {"id": 2, "file_name": "gone.png"}"""
                + """, {"id": 3, "file_name": "bad.png"}, {"id": 4, "file_name": "unused.png"}""",
            """{"id": 2, "name": "liver"}""",
            string.Join(", ", Enumerable.Range(1, 3)
                .Select(image => $$"""{"id": {{image}}, "image_id": {{image}}, "category_id": 2, "segmentation": {{Square}}}""")));
        var error = Converted();
        StringAssert.Contains(error, "Left out (2): annotations of images that cannot be used; the first: There is no image");
        StringAssert.Contains(error, "gone.png', which the annotations name; set --images to the folder of the images.");
        StringAssert.Contains(error, "Left out (1): images without an annotation; the first: unused.png.");
        AssertMasks("p.png 1 1 9 9");
    }

    [TestMethod]
    public void A_name_with_a_backslash_is_a_file_before_it_is_a_path()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("No file is called so on Windows.");
        TinySources.Block(_folder.At("a", "p.png"), 1, 1, 9, 9);
        Write("""{"id": 1, "file_name": "a\\p.png"}""", """{"id": 2, "name": "liver"}""",
            $$"""{"id": 1, "image_id": 1, "category_id": 2, "segmentation": {{Square}}}""");
        Converted();
        AssertMasks("a/p.png 1 1 9 9");
        TinySources.Block(_folder.At("a\\p.png"), 1, 1, 9, 9);
        Converted();
        Assert.AreEqual("a\\p.png", Rows().Single().ImageId);
    }

    [TestMethod]
    public void Annotations_made_without_the_orientation_of_their_picture_are_said()
    {
        File.WriteAllBytes(_folder.At("p.png"), PngWriter.Of(40, 56, 8, 0, (x, y, _) => x + y, exif: 6)); // upright it is 56 wide
        Write("""{"id": 1, "file_name": "p.png", "width": 40, "height": 56}""", """{"id": 2, "name": "liver"}""",
            $$"""{"id": 1, "image_id": 1, "category_id": 2, "segmentation": {{Square}}}""");
        StringAssert.Contains(Refused(),
            "is 56 x 40 pixels, but its annotations are for 40 x 56: "
                + "images are rotated upright according to EXIF, and the annotations seem to be made without that");
        Write("""{"id": 1, "file_name": "p.png", "width": 56, "height": 40}""", """{"id": 2, "name": "liver"}""",
            $$"""{"id": 1, "image_id": 1, "category_id": 2, "segmentation": {{Square}}}""");
        Converted();
        Assert.AreEqual("1 1 9 9", string.Join(' ', Rows().Single().Box));
    }

    private string Converted()
    {
        var (code, _, error) = Segsam("convert", "--force", _folder.At("c.json"), "--out", _folder.At("t.csv"));
        Assert.AreEqual(0, code, error);
        return error;
    }

    private string Refused(params string[] options) =>
        Fails(1, ["convert", "--force", _folder.At("c.json"), "--out", _folder.At("t.csv"), .. options]);

    private IReadOnlyList<TableRow> Rows() => TableReader.Read(_folder.At("t.csv"), split: null, note => Assert.Fail(note)).Rows;

    // Image and box of each row; its mask file must be its own and hold just that box.
    private void AssertMasks(params string[] expected)
    {
        var rows = Rows();
        CollectionAssert.AreEqual(expected, rows.Select(row => $"{row.ImageId} {string.Join(' ', row.Box)}").ToArray());
        Assert.HasCount(rows.Count, rows.DistinctBy(row => row.MaskPath.ToUpperInvariant()));
        foreach (var row in rows)
            CollectionAssert.AreEqual(row.Box, MaskFile.TightBox(row.MaskPath, (48, 48), new LeftOut(isStrict: true)));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private void Write(string images, string categories, string annotations) =>
        File.WriteAllText(_folder.At("c.json"),
            $$"""{"images": [{{images}}], "categories": [{{categories}}], "annotations": [{{annotations}}]}""");

    private void Coco(string segmentation, string more = "")
    {
        TinySources.Block(_folder.At("p.png"), 1, 1, 9, 9);
        File.WriteAllText(_folder.At("c.json"), $$"""
            {"images": [{"id": 1, "file_name": "p.png", "height": 48, "width": 48}], "categories": [{"id": 2, "name": "liver"}],
             "annotations": [{"id": 7, "image_id": 1, "category_id": 2, "segmentation": {{segmentation}}, "area": 1, "iscrowd": 0}{{more}}]}
            """);
    }
}
