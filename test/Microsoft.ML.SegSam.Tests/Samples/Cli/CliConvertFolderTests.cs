using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using SegSam.Cli.Tables;
using SkiaSharp;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertFolderTests : IDisposable
{
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Names_of_folders_stay_as_they_are()
    {
        Pictures("images/a.png");
        Masks("Ki67/a.png", "Ki67+/a.png", "Ki67-/a.png", "brain_tumor/a.png", " cyst /a.png", "CYST/a.png", "Zyste grau\u0308/a.png");
        var error = Converted();
        AssertCategories("Ki67", "Ki67+", "Ki67-", "brain tumor", "cyst", "CYST", "Zyste gra\u00FC");
        StringAssert.Contains(error, "These categories differ by case, blanks or punctuation alone and are kept apart: 'cyst', 'CYST'.");
        Masks("cyst/a.png", "brain tumor/a.png");
        StringAssert.Contains(Converted(), "As low lines become blanks, these categories are one: 'brain tumor', 'brain_tumor'.");
        StringAssert.Contains(Converted(), "Categories that differ by blanks at their ends alone are one: ' cyst ', 'cyst'.");
    }

    [TestMethod]
    public void Only_three_digits_at_the_end_of_a_name_count_components()
    {
        Pictures("images/a.png");
        Masks("a_rib_left_1.png", "a_rib_left_2.png", "a_T_12.png", "a_C3.png", "a_liver_000.png", "a_liver_001.png", "a_rib_right_1_000.png", "a_vessel_0001.png");
        StringAssert.Contains(Converted(), "3 names ended in a number of three digits (_000), which counts components and is not part of the category.");
        AssertCategories("rib left 1", "rib left 2", "T 12", "C3", "liver", "liver", "rib right 1", "vessel 0001");
    }

    [TestMethod]
    [DataRow("images/p1/s.png images/p2/s.png", "p1/s_liver.png p2/s_liver.png", "p1 liver, p2 liver")]
    [DataRow("images/p1/s.png images/p2/s.png", "liver/p1/s.png liver/p2/s.png", "p1 liver, p2 liver")]
    [DataRow("images/p1/s.png images/p2/s.png", "p1/liver/s.png p2/left_kidney/s.png", "p1 liver, p2 left kidney")]
    [DataRow("images/train/p1/s.png images/train/p2/s.png", "train/p1/s_liver.png liver/train/p2/s.png", "p1 liver, p2 liver")]
    [DataRow("images/p1/s.png images/p2/t.png", "liver/s.png t_spleen.png", "p1 liver, p2 spleen")]
    [DataRow("images/s.png images/p2/s.png", "p2/s_liver.png s_liver.png", " liver, p2 liver")]
    public void Masks_in_patients_folders_belong_to_the_images_in_those(string images, string masks, string expected)
    {
        Pictures(images.Split(' '));
        Masks(masks.Split(' '));
        Converted();
        CollectionAssert.AreEquivalent(expected.Split(", "), Rows().Select(row => $"{row.CaseId} {row.Category}").ToArray());
    }

    [TestMethod]
    public void A_mask_of_another_patient_belongs_to_no_image()
    {
        Pictures("images/p1/s.png", "images/p2/t.png");
        Masks("p1/s_liver.png", "p2/s_liver.png", "p3/s_liver.png");
        StringAssert.Contains(Converted(), "Left out (2): masks that belong to no image, or to several; the first: The mask");
        Assert.AreEqual("images/p1/s.png", Rows().Single().ImageId);
    }

    [TestMethod]
    public void What_systems_and_editors_leave_among_the_files_is_not_seen()
    {
        Pictures("images/a.png");
        Masks("a_liver.png");
        foreach (var litter in (string[])["images/._a.png", "images/.DS_Store", "images/Thumbs.db", "images/desktop.ini", "images/.ipynb_checkpoints/a.png", "images/__MACOSX/a.png", "masks/._a_liver.png", "masks/.cache/x.png"])
            Text(litter);
        Assert.DoesNotContain("Left out", Converted());
        AssertCategories("liver");
    }

    [TestMethod]
    public void Bad_masks_and_images_among_many_are_left_out_by_reason_and_strict_ends_at_them()
    {
        Pictures("images/a.png", "images/b.png", "images/c.png", "images/d.png", "images/e.png", "images/f.png");
        Masks("a_liver.png", "a_spleen.png");
        Text("images/b.png");
        Masks("b_liver.png", "nowhere_liver.png");
        TinySources.Block(_folder.At("set", "masks", "a_cyst.png"), 0, 0, 0, 0, ground: 0);
        TinySources.Block(_folder.At("set", "masks", "a_kidney.png"), 0, 0, 0, 0, ground: 0);
        TinySources.Write(_folder.At("set", "masks", "a_aorta.png"), (_, _) => 255, width: 40);
        Text("images/g.tif");
        Text("masks/g_liver.nii.gz");
        var report = Json("convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv")).GetProperty("left_out");
        var items = report.EnumerateArray().Select(item => $"{item.GetProperty("count").GetInt32()} {item.GetProperty("reason").GetString()}: {item.GetProperty("first").GetString()}").ToList();
        foreach (var (count, reason, first) in ((int, string, string)[])[(2, "masks without a pixel", "a_cyst.png"), (1, "masks that belong to no image", "nowhere_liver.png"),
            (2, "files that cannot be used", "a_aorta.png"), (1, "files in images/ of other kinds", "images/g.tif"), (1, "files in masks/ of other kinds", "masks/g_liver.nii.gz"),
            (4, "images that no mask belongs to", "images/c.png, images/d.png, images/e.png ...")])
            Assert.IsTrue(items.Exists(item => item.StartsWith($"{count} {reason}", StringComparison.Ordinal) && item.Contains(first, StringComparison.Ordinal)), $"{reason}: {string.Join('\n', items)}");
        AssertCategories("liver", "spleen");
        Fails(1, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"), "--strict");
    }

    [TestMethod]
    public void Where_nothing_is_left_the_error_lists_the_reasons()
    {
        Pictures("images/a.png");
        Masks("x_liver.png", "y_liver.png");
        var error = Fails(1, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"));
        StringAssert.Contains(error, "holds nothing that can be used.");
        StringAssert.Contains(error, "Left out (2): masks that belong to no image, or to several; the first: The mask");
        Directory.Delete(_folder.At("set", "masks"), recursive: true);
        Text("masks/a_liver.tif");
        Text("masks/b_liver.tif");
        StringAssert.Contains(Fails(1, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv")), "but 2 files of other kinds, such as 'masks/a_liver.tif'. Convert them to PNG");
    }

    [TestMethod]
    [DataRow("mask")]
    [DataRow("segmentation")]
    [DataRow("Segmentation")]
    [DataRow("seg")]
    [DataRow("labels")]
    [DataRow("gt")]
    public void A_given_category_names_masks_whose_names_say_none(string word)
    {
        Pictures("images/a.png", "images/b.png");
        Masks($"a_{word}.png", "b.png");
        Converted("--category", "lesion");
        AssertCategories("lesion", "lesion");
        File.Delete(_folder.At("set", "masks", "b.png"));
        StringAssert.Contains(Converted(), $"1 mask got the category '{word}', as their names say no other; --category NAME gives them one.");
        AssertCategories(word);
        Masks("skin_mole/a_mask.png");
        Converted();
        CollectionAssert.Contains(Rows().Select(row => row.Category).ToArray(), "skin mole");
    }

    [TestMethod]
    public void A_category_that_no_mask_needs_is_refused()
    {
        Pictures("images/a.png");
        Masks("a_liver.png");
        StringAssert.Contains(Fails(2, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"), "--category", "lesion"), "--category 'lesion' is not used here: 1 mask of 1 say their category themselves, such as 'liver'");
        StringAssert.Contains(Fails(2, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"), "--images", "x"), "--images is not used with a folder");
        var source = TinySources.SamMed2D(_folder.At());
        StringAssert.Contains(Fails(2, "convert", "--force", source, "--out", _folder.At("t.csv"), "--category", "lesion"), "--category is not used with SAM-Med2D's layout");
    }

    [TestMethod]
    public void An_image_and_a_mask_that_spell_one_name_in_two_ways_belong_together()
    {
        Pictures("images/gr\u00F6\u00DFe.png");
        Masks("gro\u0308\u00DFe_liver.png");
        Converted();
        AssertCategories("liver");
    }

    [TestMethod]
    public void Masks_of_SA_Med2D_20M_have_class_numbers_which_a_file_may_name()
    {
        Pictures("images/ct_00--LITS--case001--x_0006.png", "images/mr_t1--ACDC--p2--z_0001.png");
        Masks("ct_00--LITS--case001--x_0006--0001_000.png", "ct_00--LITS--case001--x_0006--0002_000.png", "mr_t1--ACDC--p2--z_0001--0001_003.png");
        StringAssert.Contains(Converted(), "Categories are class numbers, as there is no SAMed2D_v1_class_mapping_id.json");
        CollectionAssert.AreEqual((string[])["ct LITS case001 0001", "ct LITS case001 0002", "mr_t1 ACDC p2 0001"], Rows().Select(Named).ToArray());
        File.WriteAllText(_folder.At("set", "SAMed2D_v1_class_mapping_id.json"), """{"ct--LITS--liver": 1, "ct--LITS--liver_tumor": "0002", "mr_t1--ACDC--myocardium": 1}""");
        Assert.DoesNotContain("class numbers", Converted());
        CollectionAssert.AreEqual((string[])["ct LITS case001 liver", "ct LITS case001 liver tumor", "mr_t1 ACDC p2 myocardium"], Rows().Select(Named).ToArray());
        File.WriteAllText(_folder.At("set", "SAMed2D_v1.json"), """{"images/ct_00--LITS--case001--x_0006.png": ["masks/ct_00--LITS--case001--x_0006--0001_000.png"]}""");
        Converted();
        CollectionAssert.AreEqual((string[])["ct LITS case001 liver"], Rows().Select(Named).ToArray());

        static string Named(TableRow row) => $"{row.Modality} {row.Dataset} {row.CaseId} {row.Category}";
    }

    [TestMethod]
    [DataRow("images", "masks")]
    [DataRow("imagesTr", "labelsTr")]
    public void nnU_Nets_folder_is_read_with_channels_regions_and_pixels_to_ignore(string images, string maps)
    {
        Pictures($"{images}/case1_0000.png", $"{images}/case1_0001.png", $"{images}/case2_0000.png", $"{images}/case3.png");
        Directory.CreateDirectory(_folder.At("set", maps));
        GrayPngWriter.Write(_folder.At("set", maps, "case1.png"), 48, 48, (x, y) => (ushort)(y < 10 ? 0 : x < 10 ? 1 : x < 20 ? 2 : x < 22 ? 9 : 0), bytes: 1, filter: 0);
        GrayPngWriter.Write(_folder.At("set", maps, "case2.png"), 48, 48, (_, _) => 0, bytes: 1, filter: 0);
        GrayPngWriter.Write(_folder.At("set", maps, "case3.png"), 48, 48, (x, _) => (ushort)(x == 5 ? 2 : x == 6 ? 77 : 0), bytes: 1, filter: 0);
        File.WriteAllText(_folder.At("set", "dataset.json"), """
            {"channel_names": {"0": "CT", "1": "PET"}, "labels": {"background": 0, "kidney": [1, 2], "tumor": 2, "ignore": 9}, "numTraining": 3, "file_ending": ".png"}
            """);
        var error = Converted();
        CollectionAssert.AreEqual((string[])["case1_0000.png kidney 0 10 20 48", "case1_0000.png tumor 10 10 20 48", "case3.png kidney 5 0 6 48", "case3.png tumor 5 0 6 48"],
            Rows().Select(row => $"{row.ImageId[(images.Length + 1)..]} {row.Category} {string.Join(' ', row.Box)}").ToArray());
        StringAssert.Contains(error, $"1 image with pixels of the label 'ignore', which are taken for no object; the first: {images}/case1_0000.png.");
        StringAssert.Contains(error, $"Left out (1): further channels of images: channel 0 is used; the first: {images}/case1_0001.png.");
        StringAssert.Contains(error, "Left out (1): label maps without an object; the first: The label map");
        StringAssert.Contains(error, "Left out (1): objects with the number 77, which has no category");
    }

    [TestMethod]
    public void Label_maps_in_patients_folders_belong_to_the_images_in_those()
    {
        Pictures("images/p1/s.png", "images/p2/s.png");
        foreach (var patient in (string[])["p1", "p2", "p3"])
        {
            Directory.CreateDirectory(_folder.At("set", "masks", patient));
            GrayPngWriter.Write(_folder.At("set", "masks", patient, "s.png"), 48, 48, (x, _) => (ushort)(x == patient[1] - '0' ? 1 : 0), bytes: 1, filter: 0);
        }

        File.WriteAllText(_folder.At("labels.json"), """{"1": "liver"}""");
        StringAssert.Contains(Converted("--labels", _folder.At("labels.json")), "Left out (1): label maps that belong to no image");
        CollectionAssert.AreEqual((string[])["images/p1/s.png p1 1", "images/p2/s.png p2 2"], Rows().Select(row => $"{row.ImageId} {row.CaseId} {row.Box[0]}").ToArray());
        Assert.HasCount(2, Rows().DistinctBy(row => row.MaskPath));
        StringAssert.Contains(Fails(2, "convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"), "--labels", _folder.At("labels.json"), "--category", "x"), "--category is not used with label maps");
    }

    [TestMethod]
    [DataRow(3, 8, DisplayName = "palette of 8 bits, as Studio writes it")]
    [DataRow(3, 4)]
    [DataRow(3, 2)]
    [DataRow(0, 2)]
    [DataRow(0, 16)]
    [DataRow(2, 8, DisplayName = "gray as RGB")]
    public void Label_maps_are_read_by_their_numbers_however_they_are_stored(int color, int depth)
    {
        Pictures("images/a.png");
        Directory.CreateDirectory(_folder.At("set", "masks"));
        File.WriteAllBytes(_folder.At("set", "masks", "a.png"), PngWriter.Of(48, 48, depth, color, (x, y, _) => y < 5 ? 0 : x < 10 ? 1 : x < 20 ? 3 : 0,
            palette: [0, 0, 0, 200, 10, 10, 9, 9, 9, 10, 10, 200, .. new byte[(3 << Math.Min(depth, 8)) - 12]]));
        File.WriteAllText(_folder.At("labels.json"), """{"1": "liver", "3": "spleen"}""");
        Converted("--labels", _folder.At("labels.json"));
        CollectionAssert.AreEqual((string[])["liver 0 5 10 48", "spleen 10 5 20 48"], Rows().Select(row => $"{row.Category} {string.Join(' ', row.Box)}").ToArray());
    }

    [TestMethod]
    public void Masks_of_many_levels_are_cut_at_half_and_counted_with_those_on_the_border()
    {
        Pictures("images/a.png", "images/b.png");
        Directory.CreateDirectory(_folder.At("set", "masks"));
        var gray = new byte[48 * 48];
        for (var i = 0; i < gray.Length; i++)
            gray[i] = i % 48 is >= 12 and < 29 && i / 48 is >= 12 and < 30 ? (byte)255 : (byte)0;
        using (var image = SKImage.FromPixelCopy(new SKImageInfo(48, 48, SKColorType.Gray8), gray))
        using (var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 80))
            File.WriteAllBytes(_folder.At("set", "masks", "a_liver.jpg"), jpeg.ToArray());
        File.WriteAllBytes(_folder.At("set", "masks", "b_liver.png"), PngWriter.Of(48, 48, 8, 0, (x, y, _) => x is > 9 and < 20 && y is > 9 and < 20 ? 0 : 255));
        var error = Converted();
        StringAssert.Contains(error, "Please check (1): masks: more than two levels, thresholded at half of their range (JPEG, smoothed or resized?); the first: '");
        StringAssert.Contains(error, "Please check (1): masks: the object covers most of the image's border (is it black on white?); the first: '");
        CollectionAssert.AreEqual((float[])[12, 12, 29, 30], Rows()[0].Box);
    }

    [TestMethod]
    public void Images_and_masks_that_lie_on_their_side_are_turned_alike()
    {
        Directory.CreateDirectory(_folder.At("set", "images"));
        Directory.CreateDirectory(_folder.At("set", "masks"));
        File.WriteAllBytes(_folder.At("set", "images", "a.png"), PngWriter.Of(40, 56, 8, 0, (x, y, _) => x + y, exif: 6));
        File.WriteAllBytes(_folder.At("set", "masks", "a_turned.png"), PngWriter.Of(40, 56, 8, 0, (x, y, _) => x < 10 && y < 20 ? 255 : 0, exif: 6));
        File.WriteAllBytes(_folder.At("set", "masks", "a_upright.png"), PngWriter.Of(56, 40, 8, 0, (x, y, _) => x >= 36 && y < 10 ? 255 : 0));
        Converted();
        CollectionAssert.AreEqual((string[])["36 0 56 10", "36 0 56 10"], Rows().Select(row => string.Join(' ', row.Box)).ToArray());
    }

    private void Pictures(params string[] paths)
    {
        foreach (var path in paths)
            TinySources.Block(_folder.At(["set", .. path.Split('/')]), 4, 4, 40, 40);
    }

    private void Masks(params string[] paths)
    {
        foreach (var path in paths)
            TinySources.Block(_folder.At(["set", "masks", .. path.Split('/')]), 4, 4, 9, 9, 0);
    }

    private void Text(string path)
    {
        var file = _folder.At(["set", .. path.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "no picture");
    }

    private string Converted(params string[] options)
    {
        var (code, _, error) = Segsam(["convert", "--force", _folder.At("set"), "--out", _folder.At("t.csv"), .. options]);
        Assert.AreEqual(0, code, error);
        return error;
    }

    private IReadOnlyList<TableRow> Rows() => TableReader.Read(_folder.At("t.csv"), split: null, note => Assert.Fail(note)).Rows;

    private void AssertCategories(params string[] expected) => CollectionAssert.AreEquivalent(expected, Rows().Select(row => row.Category).ToArray());
}
