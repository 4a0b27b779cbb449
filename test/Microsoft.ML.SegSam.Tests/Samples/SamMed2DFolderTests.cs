using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class SamMed2DFolderTests
{
    [TestMethod]
    public void The_published_demo_folder_reads_with_its_categories_and_splits()
    {
        var rows = SamMed2DFolder.Read(SharedFolder.Require("data", "sam-med2d-data_demo"));
        Assert.HasCount(22, rows);
        Assert.AreEqual(19, rows.Count(row => row.Split == "train"));
        CollectionAssert.AreEquivalent((string[])["aorta", "inferior vena cava", "liver"],
            rows.Where(row => row.Split == "test").Select(row => row.Category).ToArray());
        CollectionAssert.IsSubsetOf((string[])["vertebrae T9", "rib left 9", "lung lower lobe left", "spleen"],
            rows.Select(row => row.Category).ToArray());
        CollectionAssert.AreEquivalent((string[])["images/amos_0004_75.png", "images/amos_0006_90.png", "images/s0114_111.png"],
            rows.Select(row => row.ImageId).Distinct().ToArray());
        foreach (var row in rows)
        {
            Assert.IsTrue(File.Exists(row.ImagePath) && File.Exists(row.MaskPath), row.MaskPath);
            Assert.IsTrue(row.Box[0] >= 0 && row.Box[1] >= 0 && row.Box[0] < row.Box[2] && row.Box[1] < row.Box[3], row.MaskPath);
        }
    }

    [TestMethod]
    public void What_was_written_reads_back_the_same()
    {
        using var folder = new TemporaryFolder();
        PhantomSlice[] slices = [.. PhantomGenerator.Create(3, 3, 96)];
        PhantomFolder.Write(folder.Path, slices);
        var rows = SamMed2DFolder.Read(folder.Path);
        Assert.HasCount(slices.Sum(slice => slice.Objects.Count), rows);
        foreach (var slice in slices)
        {
            foreach (var found in slice.Objects)
            {
                var row = rows.Single(row => row.ImageId == $"images/{slice.Id}.png" && row.Category == found.Category);
                CollectionAssert.AreEqual(slice.Gray, Levels(row.ImagePath));
                CollectionAssert.AreEqual(found.Mask, Levels(row.MaskPath).Select(level => level > 0).ToArray());
                CollectionAssert.AreEqual((float[])[found.Box.X0, found.Box.Y0, found.Box.X1, found.Box.Y1], row.Box);
                Assert.AreEqual("train", row.Split);
            }
        }
    }

    [TestMethod]
    public void A_missing_folder_is_named() =>
        AssertFails<DirectoryNotFoundException>("no-such-folder", "'no-such-folder'");

    [TestMethod]
    public void A_folder_without_lists_says_which_were_expected()
    {
        using var folder = new TemporaryFolder();
        AssertFails<FileNotFoundException>(folder.Path, "image2label_train.json");
    }

    [TestMethod]
    public void A_listed_file_that_is_missing_is_named()
    {
        using var folder = Written(out var rows);
        File.Delete(rows[1].MaskPath);
        AssertFails<FileNotFoundException>(folder.Path, Path.GetFileName(rows[1].MaskPath));
    }

    [TestMethod]
    [DataRow(64, 64, 0, "empty")]
    [DataRow(64, 32, 255, "64 x 32")]
    public void A_useless_mask_is_named_with_what_is_wrong(int width, int height, int level, string complaint)
    {
        using var folder = Written(out var rows);
        byte[] pixel = [(byte)level, (byte)level, (byte)level, 255];
        byte[] pixels = [.. Enumerable.Repeat(pixel, width * height).SelectMany(bytes => bytes)];
        using (var mask = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels))
            mask.Save(rows[1].MaskPath);
        AssertFails<InvalidDataException>(folder.Path, complaint, Path.GetFileName(rows[1].MaskPath));
    }

    [TestMethod]
    [DataRow("image2label_train.json", "[1, 2]", "list of mask paths")]
    [DataRow("label2image_test.json", "{\"masks/x.png\": 3}", "from mask path to image path")]
    [DataRow("label2image_test.json", "{\"masks/a_liver.png\": \"images/a.png\"}", "a_CATEGORY_NUMBER.png")]
    public void A_list_that_does_not_fit_says_what_was_expected(string list, string json, string expected)
    {
        using var folder = Written(out var rows);
        File.WriteAllText(Path.Combine(folder.Path, list), json);
        File.Copy(rows[0].ImagePath, Path.Combine(folder.Path, "images", "a.png"));
        File.Copy(rows[0].MaskPath, Path.Combine(folder.Path, "masks", "a_liver.png"));
        AssertFails<InvalidDataException>(folder.Path, expected);
    }

    [TestMethod]
    [DataRow("data/set/images/p1/s.png", "data/set/masks/p1/s_rib_left_1_000.png", "images/p1/s.png", "p1")]
    [DataRow("D:\\data\\images\\p1\\s.png", "D:\\data\\masks\\p1\\s_rib_left_1_000.png", "images/p1/s.png", "p1")]
    [DataRow("/home/x/images/s.png", "../masks/s_rib_left_1_000.png", "images/s.png", "")]
    public void Of_a_listed_path_the_longest_end_counts_that_is_there(string image, string mask, string expected, string patient)
    {
        using var folder = new TemporaryFolder();
        foreach (var part in (string[])["", "p1", "p2"])
        {
            TinySources.Block(Path.Combine(folder.Path, "images", part, "s.png"), 4, 4, 9, 9);
            TinySources.Block(Path.Combine(folder.Path, "masks", part, "s_rib_left_1_000.png"), 4, 4, 9, 9, 0);
        }

        Lists(folder.Path, (image, [mask]));
        var row = SamMed2DFolder.Read(folder.Path).Single();
        Assert.AreEqual($"{expected} {patient} rib left 1", $"{row.ImageId} {row.CaseId} {row.Category}");
        Lists(folder.Path, ("p3/images/s.png", [mask]), ("p4/images/s.png", [mask]));
        AssertFails<InvalidDataException>(folder.Path, "'p3/images/s.png' and 'p4/images/s.png'", "resolve to the same file");
    }

    [TestMethod]
    public void Pictures_of_one_name_and_two_kinds_are_two_images()
    {
        using var folder = new TemporaryFolder();
        TinySources.Block(Path.Combine(folder.Path, "images", "a.png"), 4, 4, 9, 9);
        File.Copy(Path.Combine(folder.Path, "images", "a.png"), Path.Combine(folder.Path, "images", "a.jpg"));
        foreach (var mask in (string[])["a_liver_000.png", "a_liver_001.png"])
            TinySources.Block(Path.Combine(folder.Path, "masks", mask), 4, 4, 9, 9, 0);
        Lists(folder.Path, ("images/a.png", ["masks/a_liver_000.png"]), ("images/a.jpg", ["masks/a_liver_001.png"]));
        CollectionAssert.AreEqual((string[])["images/a.png", "images/a.jpg"], SamMed2DFolder.Read(folder.Path).Select(row => row.ImageId)
            .ToArray());
    }

    [TestMethod]
    public void Bad_masks_among_good_ones_are_left_out_and_counted()
    {
        using var folder = Written(out var rows);
        File.Delete(rows[0].MaskPath);
        TinySources.Write(rows[1].MaskPath, (_, _) => 0, width: 64, height: 64);
        var leftOut = new LeftOut(isStrict: false);
        Assert.HasCount(rows.Count - 2, SamMed2DFolder.Read(folder.Path, leftOut, (_, _) => { }, CancellationToken.None));
        CollectionAssert.AreEqual((string[])["files that are missing 1", "masks without a pixel 1"],
            leftOut.Items.Select(item => $"{item.Reason} {item.Count}").ToArray());
        StringAssert.Contains(leftOut.Items[1].First, Path.GetFileName(rows[1].MaskPath));
    }

    private static void Lists(string folder, params (string Image, string[] Masks)[] entries) => File.WriteAllText(
        Path.Combine(folder, "image2label_train.json"), JsonSerializer.Serialize(entries.ToDictionary(entry => entry.Image, entry =>
            entry.Masks)));

    private static void AssertFails<T>(string folder, params string[] saying)
        where T : Exception
    {
        var message = Assert.ThrowsExactly<T>(() => SamMed2DFolder.Read(folder)).Message;
        foreach (var part in saying)
            StringAssert.Contains(message, part);
    }

    private static TemporaryFolder Written(out IReadOnlyList<SliceRow> rows)
    {
        var folder = new TemporaryFolder();
        PhantomFolder.Write(folder.Path, PhantomGenerator.Create(4, 1, 64));
        rows = SamMed2DFolder.Read(folder.Path);
        return folder;
    }

    private static byte[] Levels(string path)
    {
        using var image = MLImage.CreateFromFile(path);
        var pixels = image.Pixels;
        var levels = new byte[image.Width * image.Height];
        for (var i = 0; i < levels.Length; i++)
            levels[i] = pixels[4 * i];
        return levels;
    }
}
