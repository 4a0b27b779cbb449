using Microsoft.ML.SegSam.Tests.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class CliConvertLabelMapTests : ConvertFolderTest
{
    [TestMethod]
    [DataRow("images", "masks")]
    [DataRow("imagesTr", "labelsTr")]
    public void nnU_Nets_folder_is_read_with_channels_regions_and_pixels_to_ignore(string images, string maps)
    {
        Pictures($"{images}/case1_0000.png", $"{images}/case1_0001.png", $"{images}/case2_0000.png", $"{images}/case3.png");
        TinySources.Levels(Folder.At("set", maps, "case1.png"), (x, y) => y < 10 ? 0 : x < 10 ? 1 : x < 20 ? 2 : x < 22 ? 9 : 0);
        TinySources.Levels(Folder.At("set", maps, "case2.png"), (_, _) => 0);
        TinySources.Levels(Folder.At("set", maps, "case3.png"), (x, _) => x == 5 ? 2 : x == 6 ? 77 : 0);
        File.WriteAllText(Folder.At("set", "dataset.json"),
            """{"channel_names": {"0": "CT", "1": "PET"}, "labels": {"background": 0, "kidney": [1, 2], "tumor": 2, "ignore": 9},"""
                + """ "numTraining": 3, "file_ending": ".png"}""");
        var error = Converted();
        CollectionAssert.AreEqual((string[])["case1_0000.png kidney 0 10 20 48", "case1_0000.png tumor 10 10 20 48",
            "case3.png kidney 5 0 6 48", "case3.png tumor 5 0 6 48"],
            Rows().Select(row => $"{row.ImageId[(images.Length + 1)..]} {row.Category} {string.Join(' ', row.Box)}").ToArray());
        StringAssert.Contains(error,
            $"1 image with pixels of the label 'ignore', which count as background; the first: {images}/case1_0000.png.");
        StringAssert.Contains(error, $"Left out (1): further channels of images; channel 0 is used; the first: {images}/case1_0001.png.");
        StringAssert.Contains(error, "Left out (1): label maps without an object; the first: The label map");
        StringAssert.Contains(error, "Left out (1): objects with the number 77, which has no category");
    }

    [TestMethod]
    public void Label_maps_in_patients_folders_belong_to_the_images_in_those()
    {
        Pictures("images/p1/s.png", "images/p2/s.png");
        foreach (var patient in (string[])["p1", "p2", "p3"])
        {
            TinySources.Levels(Folder.At("set", "masks", patient, "s.png"), (x, _) => x == patient[1] - '0' ? 1 : 0);
        }

        File.WriteAllText(Folder.At("labels.json"), """{"1": "liver"}""");
        StringAssert.Contains(Converted("--labels", Folder.At("labels.json")), "Left out (1): label maps without an image");
        CollectionAssert.AreEqual((string[])["images/p1/s.png p1 1", "images/p2/s.png p2 2"], Rows()
            .Select(row => $"{row.ImageId} {row.CaseId} {row.Box[0]}").ToArray());
        Assert.HasCount(2, Rows().DistinctBy(row => row.MaskPath));
        StringAssert.Contains(Refused(2, "--labels",
            Folder.At("labels.json"), "--category", "x"), "--category is not used with label maps");
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
        Put("masks/a.png", PngWriter.Of(48, 48, depth, color, (x, y, _) => y < 5 ? 0 : x < 10 ? 1
            : x < 20 ? 3 : 0,
            palette: [0, 0, 0, 200, 10, 10, 9, 9, 9, 10, 10, 200, .. new byte[(3 << Math.Min(depth, 8)) - 12]]));
        File.WriteAllText(Folder.At("labels.json"), """{"1": "liver", "3": "spleen"}""");
        Converted("--labels", Folder.At("labels.json"));
        CollectionAssert.AreEqual((string[])["liver 0 5 10 48", "spleen 10 5 20 48"], Rows()
            .Select(row => $"{row.Category} {string.Join(' ', row.Box)}").ToArray());
    }
}
