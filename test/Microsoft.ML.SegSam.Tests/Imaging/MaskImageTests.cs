using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class MaskImageTests
{
    [TestMethod]
    [DataRow(MLPixelFormat.Rgba32)]
    [DataRow(MLPixelFormat.Bgra32)]
    public void Any_channel_above_zero_is_object(MLPixelFormat format)
    {
        byte[] pixels = [0, 0, 0, 255, 1, 0, 0, 255, 0, 1, 0, 255, 0, 0, 1, 255, 255, 255, 255, 255, 0, 0, 0, 0];
        using var image = MLImage.CreateFromPixels(3, 2, format, pixels);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 1, 1, 1, 0 }, MaskImage.From(image, out var height, out var width));
        Assert.AreEqual((2, 3), (height, width));
    }

    [TestMethod]
    [DataRow("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAAAAABawyK/AAAAEklEQVR4nGNgZGD4z8DAxMAAAAYTAQPbIMe6AAAAAElFTkSuQmCC")]
    [DataRow("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAQAAAABX00DOAAAADElEQVR4nGOYwOAAAAH0ANFyyZLIAAAAAElFTkSuQmCC")]
    public void Grey_files_mark_the_object_by_any_value_but_zero(string png)
    {
        // Row by row: 1 0 0 255, 0 2 0 0; with one bit: 1 0 0 1, 0 1 0 0.
        var mask = MaskImage.Decode(Convert.FromBase64String(png), out var height, out var width);
        Assert.AreEqual((2, 4), (height, width));
        CollectionAssert.AreEqual(new byte[] { 1, 0, 0, 1, 0, 1, 0, 0 }, mask);
    }

    [TestMethod]
    public void A_mask_file_has_the_size_of_its_image()
    {
        var masks = SharedFolder.Require("data", "sam-med2d-data_demo", "masks");
        foreach (var path in Directory.EnumerateFiles(masks).Take(3))
        {
            using var image = MLImage.CreateFromFile(path);
            var mask = MaskImage.Decode(File.ReadAllBytes(path), out var height, out var width);
            Assert.AreEqual((image.Height, image.Width), (height, width));
            CollectionAssert.AreEqual(MaskImage.From(image, out _, out _), mask);
            Assert.IsTrue(mask.Contains((byte)1) && mask.Contains((byte)0), path);
        }
    }
}
