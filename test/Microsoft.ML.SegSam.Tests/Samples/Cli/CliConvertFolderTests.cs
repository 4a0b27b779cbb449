using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Samples.Studio;
using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertFolderTests : ConvertFolderTest
{
    [TestMethod]
    public void Names_of_folders_stay_as_they_are()
    {
        Pictures("images/a.png");
        Masks("Ki67/a.png", "Ki67+/a.png", "Ki67-/a.png", "brain_tumor/a.png", " cyst /a.png", "CYST/a.png", "Zyste grau\u0308/a.png");
        var error = Converted();
        AssertCategories("Ki67", "Ki67+", "Ki67-", "brain tumor", "cyst", "CYST", "Zyste gra\u00FC");
        StringAssert.Contains(error, "These categories differ only in case, spaces or punctuation and stay separate: 'cyst', 'CYST'.");
        Masks("cyst/a.png", "brain tumor/a.png");
        StringAssert.Contains(Converted(), "Underscores become spaces, so these categories are merged: 'brain tumor', 'brain_tumor'.");
        StringAssert.Contains(Converted(), "These categories differ only in spaces at the ends and are merged: ' cyst ', 'cyst'.");
    }

    [TestMethod]
    public void Only_three_digits_at_the_end_of_a_name_count_components()
    {
        Pictures("images/a.png");
        Masks("a_rib_left_1.png", "a_rib_left_2.png", "a_T_12.png", "a_C3.png", "a_liver_000.png", "a_liver_001.png",
            "a_rib_right_1_000.png", "a_vessel_0001.png");
        StringAssert.Contains(Converted(),
            "3 names ended in a number of three digits (_000), which counts components and is not part of the category.");
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
        StringAssert.Contains(Converted(), "Left out (2): masks without an image, or with several; the first: The mask");
        Assert.AreEqual("images/p1/s.png", Rows().Single().ImageId);
    }

    [TestMethod]
    public void What_systems_and_editors_leave_among_the_files_is_not_seen()
    {
        Pictures("images/a.png");
        Masks("a_liver.png");
        string[] litter = ["._a.png", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/a.png", "__MACOSX/a.png"];
        foreach (var path in litter.Select(name => $"images/{name}").Concat(["masks/._a_liver.png", "masks/.cache/x.png"]))
            Text(path);
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
        foreach (var empty in (string[])["a_cyst.png", "a_kidney.png"])
            TinySources.Block(Folder.At("set", "masks", empty), 0, 0, 0, 0, ground: 0);
        TinySources.Write(Folder.At("set", "masks", "a_aorta.png"), (_, _) => 255, width: 40);
        Text("images/g.tif");
        Text("masks/g_liver.nii.gz");
        var report = Json("convert", "--force", Folder.At("set"), "--out", Folder.At("t.csv")).GetProperty("left_out");
        var items = report.EnumerateArray().Select(item =>
            $"{item.GetProperty("count")} {item.GetProperty("reason")}: {item.GetProperty("first")}").ToList();
        foreach (var (start, first) in ((string, string)[])
        [
            ("2 masks without a pixel", "a_cyst.png"), ("1 masks without an image", "nowhere_liver.png"),
            ("2 files that cannot be used", "a_aorta.png"), ("1 files in images/ that are not", "images/g.tif"),
            ("1 files in masks/ that are not", "masks/g_liver.nii.gz"),
            ("4 images without a mask", "images/c.png, images/d.png, images/e.png ..."),
        ])
        {
            Assert.IsTrue(items.Exists(item => item.StartsWith(start, StringComparison.Ordinal)
                && item.Contains(first, StringComparison.Ordinal)), $"{start}: {string.Join('\n', items)}");
        }

        AssertCategories("liver", "spleen");
        Refused(1, "--strict");
    }

    [TestMethod]
    public void Where_nothing_is_left_the_error_lists_the_reasons()
    {
        Pictures("images/a.png");
        Masks("x_liver.png", "y_liver.png");
        var error = Refused(1);
        StringAssert.Contains(error, "contains nothing that can be used.");
        StringAssert.Contains(error, "Left out (2): masks without an image, or with several; the first: The mask");
        Directory.Delete(Folder.At("set", "masks"), recursive: true);
        Text("masks/a_liver.tif");
        Text("masks/b_liver.tif");
        StringAssert.Contains(Refused(1),
            "but 2 other files, such as 'masks/a_liver.tif'. Convert them to PNG");
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
        File.Delete(Folder.At("set", "masks", "b.png"));
        StringAssert.Contains(Converted(),
            $"1 mask got the category '{word}', because their names contain no other; set it with --category NAME.");
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
        StringAssert.Contains(Refused(2, "--category", "lesion"),
            "--category 'lesion' is not used: 1 mask of 1 already name their category, such as 'liver'");
        StringAssert.Contains(Refused(2, "--images", "x"),
            "--images is not used with a folder");
        var source = TinySources.SamMed2D(Folder.At());
        StringAssert.Contains(Fails(2, "convert", "--force", source, "--out", Folder.At("t.csv"), "--category", "lesion"),
            "--category is not used with SAM-Med2D's layout");
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
        Masks("ct_00--LITS--case001--x_0006--0001_000.png", "ct_00--LITS--case001--x_0006--0002_000.png",
            "mr_t1--ACDC--p2--z_0001--0001_003.png");
        StringAssert.Contains(Converted(), "Categories are class numbers, because there is no SAMed2D_v1_class_mapping_id.json");
        CollectionAssert.AreEqual((string[])["ct LITS case001 0001", "ct LITS case001 0002", "mr_t1 ACDC p2 0001"], Rows().Select(Named)
            .ToArray());
        File.WriteAllText(Folder.At("set", "SAMed2D_v1_class_mapping_id.json"),
            """{"ct--LITS--liver": 1, "ct--LITS--liver_tumor": "0002", "mr_t1--ACDC--myocardium": 1}""");
        Assert.DoesNotContain("class numbers", Converted());
        CollectionAssert.AreEqual((string[])["ct LITS case001 liver", "ct LITS case001 liver tumor", "mr_t1 ACDC p2 myocardium"], Rows()
            .Select(Named).ToArray());
        File.WriteAllText(Folder.At("set", "SAMed2D_v1.json"),
            """{"images/ct_00--LITS--case001--x_0006.png": ["masks/ct_00--LITS--case001--x_0006--0001_000.png"]}""");
        Converted();
        CollectionAssert.AreEqual((string[])["ct LITS case001 liver"], Rows().Select(Named).ToArray());

        static string Named(TableRow row) => $"{row.Modality} {row.Dataset} {row.CaseId} {row.Category}";
    }

    [TestMethod]
    public void Masks_of_many_levels_are_cut_at_half_and_counted_with_those_on_the_border()
    {
        Pictures("images/a.png", "images/b.png");
        Put("masks/a_liver.jpg", ImageFiles.Jpeg(48, 48,
            (x, y) => x is >= 12 and < 29 && y is >= 12 and < 30 ? byte.MaxValue : byte.MinValue, quality: 80));
        Put("masks/b_liver.png", PngWriter.Of(48, 48, 8, 0, (x, y, _) => x is > 9 and < 20
            && y is > 9 and < 20 ? 0 : 255));
        var error = Converted();
        StringAssert.Contains(error,
            "Please check (1): masks: more than two levels, thresholded at half of their range (JPEG, smoothed or resized?); the first: '");
        StringAssert.Contains(error,
            "Please check (1): masks: the object covers most of the image's border (is it black on white?); the first: '");
        CollectionAssert.AreEqual((float[])[12, 12, 29, 30], Rows()[0].Box);
    }

    [TestMethod]
    public void Images_and_masks_that_lie_on_their_side_are_turned_alike()
    {
        Put("images/a.png", PngWriter.Of(40, 56, 8, 0, (x, y, _) => x + y, exif: 6));
        Put("masks/a_turned.png", PngWriter.Of(40, 56, 8, 0, (x, y, _) => x < 10 && y < 20 ? 255 : 0,
            exif: 6));
        Put("masks/a_upright.png", PngWriter.Of(56, 40, 8, 0, (x, y, _) => x >= 36 && y < 10 ? 255 : 0));
        Converted();
        CollectionAssert.AreEqual((string[])["36 0 56 10", "36 0 56 10"], Rows().Select(row => string.Join(' ', row.Box)).ToArray());
    }
}
