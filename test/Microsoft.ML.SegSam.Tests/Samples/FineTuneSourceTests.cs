using FineTune;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class FineTuneSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void The_published_sources_have_the_images_and_objects_of_their_readmes()
    {
        var data = DataFolder.Read(SharedFolder.Require("data"), names: null);
        var sources = data.Pictures.ToLookup(picture => picture.Source);
        CollectionAssert.AreEquivalent((string[])["biomedparse-demo", "sam-med2d-data_demo", "stardist-nuclei"],
            sources.Select(source => source.Key).ToArray());
        CollectionAssert.AreEqual((int[])[1, 1, 2, 14, 3, 2], sources["biomedparse-demo"].Select(picture => picture.Objects.Count)
            .ToArray());
        CollectionAssert.AreEquivalent((int[])[3, 4, 15], sources["sam-med2d-data_demo"].Select(picture => picture.Objects.Count)
            .ToArray());
        Assert.AreEqual(4, sources["stardist-nuclei"].Count());
        Assert.IsTrue(sources["stardist-nuclei"].Sum(picture => picture.Objects.Count) >= 125, "Nuclei on a cut count in each quarter.");
        foreach (var remark in (string[])["amos_0507_31", "femur_input", "4 NPZ", "20 DICOM, 5 NIfTI"])
            Assert.IsTrue(data.Remarks.Any(one => $"{one.About} {one.Text}".Contains(remark, StringComparison.Ordinal)), remark);
        foreach (var one in data.Pictures.SelectMany(picture => picture.Objects))
        {
            Assert.IsTrue(one.Box[0] >= 0 && one.Box[0] < one.Box[2] && one.Box[2] <= one.Image.Width && one.Box[3] <= one.Image.Height
                && one.Image.Height == one.Mask.Height, one.ImageId);
        }

        var named = data.Pictures.SelectMany(picture => picture.Objects).Select(one => one.Category).ToHashSet();
        CollectionAssert.IsSubsetOf((string[])["inferior vena cava", "lung tumor", "liver tumor", "left kidney", "cell nucleus"],
            named.ToArray());
        Assert.DoesNotContain("postcava", named);
    }

    [TestMethod]
    public void Both_lists_of_SAM_Med2Ds_layout_count_and_images_without_masks_are_told()
    {
        TinySources.SamMed2D(_folder.Path);
        var data = Read();
        CollectionAssert.AreEqual((string[])["slices/images/a_1.png", "slices/images/b_2.png"],
            data.Pictures.Select(picture => picture.Key).ToArray());
        AssertObject(data.Pictures[0].Objects[0], "liver", 8, 8, 24, 20);
        AssertObject(data.Pictures[0].Objects[1], "spleen", 30, 30, 40, 44);
        AssertObject(data.Pictures[1].Objects[0], "inferior vena cava", 8, 8, 24, 20);
        Assert.AreEqual("slices/images/c_3.png", data.Remarks.Single().About);
    }

    [TestMethod]
    public void Masks_of_BiomedParses_layout_find_their_image_and_the_name_that_its_site_gives()
    {
        TinySources.BiomedParse(_folder.Path);
        var data = Read();
        CollectionAssert.AreEqual((string[])["1_CT_liver", "1_CT_liver_late", "2_CT_lung"], data.Pictures.Select(picture => picture.Name)
            .ToArray());
        AssertObject(data.Pictures[0].Objects[0], "liver", 8, 8, 40, 40);
        AssertObject(data.Pictures[0].Objects[1], "liver tumor", 12, 12, 20, 20);
        Assert.AreEqual("odd thing", data.Pictures[1].Objects.Single().Category, "A name that the catalogue lacks stays.");
        var parts = data.Pictures[2].Objects.Single();
        CollectionAssert.AreEqual((float[])[3, 4, 45, 9], parts.Box);
        Assert.AreEqual("lung tumor", parts.Category);
        Assert.AreEqual(2.0 * 100 / (100 + 42 * 5), parts.BoxDice(), 1e-9);
        Assert.AreEqual("targets/demo/3_US_neck.png", data.Remarks.Single().About);
    }

    [TestMethod]
    public void One_image_of_numbered_nuclei_is_cut_into_quarters_and_slivers_are_left_out()
    {
        TinySources.Instances(_folder.Path);
        var data = Read();
        CollectionAssert.AreEqual((string[])["n-top-left", "n-bottom-left", "n-bottom-right"],
            data.Pictures.Select(picture => picture.Name).ToArray(), "A quarter without nuclei is no image to test on.");
        AssertObject(data.Pictures[0].Objects[0], "cell nucleus", 2, 2, 10, 10);
        AssertObject(data.Pictures[0].Objects[1], "cell nucleus", 21, 3, 24, 10);
        AssertObject(data.Pictures[1].Objects.Single(), "cell nucleus", 4, 6, 14, 12);
        AssertObject(data.Pictures[2].Objects.Single(), "cell nucleus", 6, 6, 16, 16);
        Assert.AreEqual(180 + 33, data.Pictures[2].Image.Pixels[4 * (9 * 24 + 8)], "The pixel 32, 33 of the whole.");
        StringAssert.Contains(data.Remarks.Single().Text, "1 parts of nuclei");
    }

    [TestMethod]
    [DataRow(512, 512)]
    [DataRow(7, 5)]
    public void Quarters_cover_each_pixel_once(int width, int height)
    {
        var covered = new int[width, height];
        foreach (var (_, area) in InstanceSource.Quarters(width, height))
        {
            for (var i = 0; i < area.Width * area.Height; i++)
                covered[area.X + i % area.Width, area.Y + i / area.Width]++;
        }

        Assert.IsTrue(covered.Cast<int>().All(count => count == 1));
    }

    [TestMethod]
    public void What_is_no_2D_source_is_told_with_the_reason()
    {
        TinySources.SamMed2D(_folder.Path);
        foreach (var (name, content) in ((string, byte[])[])[("volumes/a.nii.gz", [1]), ("volumes/b.npz", [1]),
            ("volumes/slice7", [.. new byte[128], .. "DICM"u8, 0]), ("texts/README.md", [1])])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, name))!);
            File.WriteAllBytes(Path.Combine(_folder.Path, name), content);
        }

        TinySources.Block(Path.Combine(_folder.Path, "scans", "us.png"), 1, 1, 2, 2);
        string[] remarks = [.. Read("scans", "texts", "volumes", "nowhere", "slices").Remarks.Select(one => $"{one.About}: {one.Text}")];
        CollectionAssert.IsSubsetOf((string[])["scans/us.png: an image without a mask",
            "texts: no images in a layout that this program reads",
            "volumes: volumes, which this program does not read: 1 DICOM, 1 NIfTI, 1 NPZ", "nowhere: there is no such folder"], remarks);
    }

    [TestMethod]
    public void Too_little_to_leave_one_out_is_an_error_that_lists_what_was_seen()
    {
        TinySources.SamMed2D(_folder.Path);
        Fails<InvalidDataException>(() => Read("nowhere"), "0 images with masks", "nowhere: there is no such folder");
        Fails<DirectoryNotFoundException>(() => DataFolder.Read("no-such-folder", null), "'no-such-folder'");
    }

    [TestMethod]
    public void Masks_that_make_no_sense_are_left_out_and_told()
    {
        var source = TinySources.BiomedParse(_folder.Path);
        var mask = Path.Combine(source, "demo_mask", "2_CT_lung_tumor.png");
        TinySources.Block(mask, 0, 0, 0, 0, ground: 0);
        AssertTold("masks without a pixel", "2_CT_lung_tumor.png' is empty");
        TinySources.Write(mask, (_, _) => 255, width: 40);
        AssertTold("files that cannot be used", "40 x 48 pixels (width x height), its image 48 x 48");
        TinySources.Write(mask, (x, y) => (byte)(x * y));
        File.WriteAllBytes(mask, File.ReadAllBytes(mask)[..^100]);
        AssertTold("files that cannot be used", "2_CT_lung_tumor.png': The PNG image is cut off");
        File.WriteAllText(mask, "no image");
        AssertTold("files that cannot be used", "2_CT_lung_tumor.png': The ");
        File.Delete(mask);
        TinySources.Block(Path.Combine(source, "demo_mask", "9_XR_hand_bone.png"), 1, 1, 9, 9, 0);
        AssertTold("masks without an image", "9_XR_hand_bone.png' should be called IMAGE_TARGET.png");
    }

    [TestMethod]
    public void Hidden_files_are_not_seen_and_pictures_get_file_names_of_their_own()
    {
        TinySources.Instances(_folder.Path);
        var source = TinySources.BiomedParse(_folder.Path);
        foreach (var hidden in (string[])["nuclei/._n_instances.png", "targets/demo/._1_CT_liver.png",
            "targets/demo_mask/._1_CT_liver_liver.png", "__MACOSX/x.png", ".git/x.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, hidden))!);
            File.WriteAllText(Path.Combine(_folder.Path, hidden), "no picture");
        }

        var twin = TinySources.SamMed2D(_folder.Path);
        File.Copy(Path.Combine(twin, "images", "a_1.png"), Path.Combine(twin, "images", "a.1.png"));
        File.Copy(Path.Combine(twin, "masks", "a_1_liver_000.png"), Path.Combine(twin, "masks", "a.1_liver_000.png"));
        File.WriteAllText(Path.Combine(twin, "label2image_test.json"), """{"masks/a.1_liver_000.png": "images/a.1.png"}""");
        Directory.Move(source, source + " 2");
        var data = Read();
        Assert.AreEqual(0, data.Remarks.Count(one => one.Text.Contains("left out (", StringComparison.OrdinalIgnoreCase)
            || one.About.StartsWith('.') || one.About.StartsWith('_')));
        Assert.HasCount(data.Pictures.Count, data.Pictures.Select(picture => picture.FileName).Distinct(StringComparer.OrdinalIgnoreCase));
        Assert.HasCount(data.Pictures.Count, data.Pictures.Select(picture => picture.Key).Distinct());
        foreach (var name in data.Pictures.Select(picture => picture.FileName))
            Assert.IsTrue(name.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '.' or '_'), name);
    }

    [TestMethod]
    public void A_map_of_nuclei_must_have_its_image_of_its_size()
    {
        var source = TinySources.Instances(_folder.Path);
        TinySources.Write(Path.Combine(source, "n.png"), (_, _) => 1, width: 32);
        Fails<InvalidDataException>(() => Read(), "48 x 48", "32 x 48");
        File.Delete(Path.Combine(source, "n.png"));
        Fails<FileNotFoundException>(() => Read(), "n.png");
    }

    private void AssertTold(string reason, string saying)
    {
        var data = Read();
        Assert.IsTrue(data.Remarks.Any(one => one.About == "targets" && one.Text.Contains($"(1): {reason}", StringComparison.Ordinal)
            && one.Text.Contains(saying, StringComparison.Ordinal)),
            string.Join('\n', data.Remarks));
        Assert.DoesNotContain("2_CT_lung", data.Pictures.Select(picture => picture.Name), "A picture without objects is none to test on.");
    }

    private DataFolder Read(params string[] names) => DataFolder.Read(_folder.Path, names.Length == 0 ? null : names);

    private static void AssertObject(ObjectRow one, string category, int x0, int y0, int x1, int y1)
    {
        Assert.AreEqual(category, one.Category);
        CollectionAssert.AreEqual((float[])[x0, y0, x1, y1], one.Box);
        Assert.AreEqual(1, one.BoxDice(), 1e-9, "Blocks fill their boxes.");
        Assert.AreEqual((one.Image.Width, one.Image.Height), (one.Mask.Width, one.Mask.Height));
        foreach (var (x, y, inside) in ((int, int, bool)[])[(x0, y0, true), (x1 - 1, y1 - 1, true), (Math.Max(0, x0 - 1), y0, x0 == 0)])
            Assert.AreEqual(inside, one.Mask.Pixels[4 * (y * one.Mask.Width + x)] != 0, $"{x}, {y}");
    }

    private static void Fails<T>(Func<DataFolder> read, params string[] saying)
        where T : Exception
    {
        var message = Assert.ThrowsExactly<T>(read).Message;
        foreach (var part in saying)
            StringAssert.Contains(message, part);
    }
}
