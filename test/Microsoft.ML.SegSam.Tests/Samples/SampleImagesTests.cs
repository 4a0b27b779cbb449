using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Docs;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>The real images that come with the samples, and whose they are.</summary>
[TestClass]
public sealed class SampleImagesTests
{
    private const int MostBytes = 1_000_000, MostBytesOfOne = 150_000;

    // Where the collection of the shared folder has them.
    private static readonly Dictionary<string, string> Origins = new()
    {
        ["chest-xray.png"] = "covid_cxr_lungs_5acb8ac5-92a3df",
        ["sarcoma-ct.png"] = "sts_ct_tumor_STS033-z031",
        ["sarcoma-pet.png"] = "sts_pet_tumor_STS009-z042",
        ["heart-mr.png"] = "hvsmr2_heart_mr_10003-78",
        ["spine-mr.png"] = "spider_lumbar_mr_10010-6",
        ["carotid-ultrasound.png"] = "ccaus_carotid_us_202201121826590036VAS-slice-1074",
        ["fundus.jpg"] = "chasedb1_vessels_Image-07R",
        ["skin-dermoscopy.png"] = "isic2017_lesion_ISIC-0014178",
        ["larynx-endoscopy.png"] = "vocalfolds_larynx_patient2-seq7-0450",
        ["kidney-histology.png"] = "aidpath_glomeruli_10224",
        ["nuclei-microscopy.png"] = "dsb2018_nuclei_60cb718759bff13f",
    };

    [TestMethod]
    public void Every_image_is_small_and_attributed_under_a_license_that_allows_it()
    {
        var page = new MarkdownPage("samples/images/ATTRIBUTION.md").Text;
        var files = Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "samples", "images"))
            .Where(path => Path.GetExtension(path) is not (".md" or ".csv")).Select(path => new FileInfo(path)).ToList();
        CollectionAssert.AreEquivalent(SampleImages.All.Select(image => image.Name).ToList(), files.Select(file => file.Name).ToList());
        Assert.IsLessThan(MostBytes, files.Sum(file => file.Length));
        foreach (var file in files)
        {
            Assert.IsLessThan(MostBytesOfOne, file.Length, file.Name);
            var row = page.Split('\n').Single(line => line.StartsWith($"| `{file.Name}` |", StringComparison.Ordinal)).Split(" | ");
            Assert.HasCount(5, row); // image, title and authors, from, license, changed
            Assert.MatchesRegex(@"^\[CC(0 1| BY [34])[.]0\]\(https:.+\)$", row[3], file.Name);
        }

        Assert.IsGreaterThanOrEqualTo(9, SampleImages.All.DistinctBy(image => image.Modality).Count());
    }

    [TestMethod]
    public void Every_box_lies_in_its_image()
    {
        foreach (var image in SampleImages.All)
        {
            using var picture = ImageFile.Read(image.Path);
            Assert.IsNotEmpty(image.Objects);
            foreach (var (category, x0, y0, x1, y1) in image.Objects)
            {
                Assert.IsTrue(x0 >= 0 && x0 < x1 && x1 <= picture.Width, $"{image.Name} {category}");
                Assert.IsTrue(y0 >= 0 && y0 < y1 && y1 <= picture.Height, $"{image.Name} {category}");
            }
        }
    }

    [TestMethod]
    public void The_boxes_are_those_of_the_true_masks_and_no_image_was_trained_on()
    {
        var collection = SharedFolder.Require("data", "med2d-mini");
        var rows = File.ReadLines(Path.Combine(collection, "table.csv")).Skip(1).Select(line => line.Split(','))
            .ToLookup(row => Path.GetFileNameWithoutExtension(row[2]));
        foreach (var image in SampleImages.All)
        {
            var masks = rows[Origins[image.Name]].ToList();
            Assert.IsTrue(masks.All(row => row[^1] == "test"), image.Name);
            var boxes = masks.Select(row => (row[4].Replace('_', ' '), BoxOf(Path.Combine(collection, row[3])))).ToList();
            foreach (var truth in image.Objects)
                Assert.Contains((truth.Category, (truth.X0, truth.Y0, truth.X1, truth.Y1)), boxes, $"{image.Name} {truth.Category}");
        }
    }

    private static (float, float, float, float) BoxOf(string mask)
    {
        using var image = ImageFile.Read(mask);
        var box = SegmentationMask.FromImage(image).Box!.Value;
        return (box.X0, box.Y0, box.X1, box.Y1);
    }
}
