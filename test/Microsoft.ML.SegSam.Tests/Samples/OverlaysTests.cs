using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class OverlaysTests
{
    [TestMethod]
    public void Each_image_gets_a_picture_whatever_its_id()
    {
        using var folder = new TemporaryFolder();
        string[] ids = ["images/p1/a.png", "images/p2/a.png", "images/p1/A.png", "images_p1/a.png", "../a"];
        SampleKit.Overlays.Write(folder.Path, ids.Select(Made), ["liver"], images: 9);
        Assert.HasCount(ids.Length, Directory.GetFiles(folder.Path, "*.png"));
        Assert.IsTrue(File.Exists(Path.Combine(folder.Path, "images_p2_a.png.png")));
        SampleKit.Overlays.Write(folder.Path, [Made("images/x.png")], ["liver"], images: 9, id => $"own-{id.Length}");
        Assert.IsTrue(File.Exists(Path.Combine(folder.Path, "own-12.png")));
    }

    private static SampleKit.Prediction Made(string id) => new()
    {
        ImageId = id,
        Image = MLImage.CreateFromPixels(4, 4, MLPixelFormat.Bgra32, new byte[64]),
        Mask = MLImage.CreateFromPixels(4, 4, MLPixelFormat.Bgra32, new byte[64]),
        Category = "liver",
        BinaryMask = new bool[16],
        SemanticMask = new uint[16],
        ClassScores = [1],
        PredictedCategory = 1,
    };
}
