using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class TruthMaskTests
{
    [TestMethod]
    [DataRow(MLPixelFormat.Rgba32)]
    [DataRow(MLPixelFormat.Bgra32)]
    public void A_pixel_is_object_when_any_colour_channel_is_not_zero_whatever_its_alpha(MLPixelFormat format)
    {
        byte[] pixels = [0, 0, 0, 255, 1, 0, 0, 255, 0, 1, 0, 255, 0, 0, 1, 255, 0, 0, 0, 0, 9, 9, 9, 0];
        using var image = MLImage.CreateFromPixels(3, 2, format, pixels);
        var mask = new bool[6];
        TruthMask.Fill(image, mask);
        CollectionAssert.AreEqual(new[] { false, true, true, true, false, true }, mask);
    }

    [TestMethod]
    public void An_encoded_file_gives_the_mask_that_was_saved()
    {
        using var image = TruthMask.Decode(Png("#..# .#.."));
        var mask = new bool[8];
        TruthMask.Fill(image, mask);
        Assert.AreEqual((2, 4), (image.Height, image.Width));
        CollectionAssert.AreEqual(new[] { true, false, false, true, false, true, false, false }, mask);
    }

    [TestMethod]
    [DataRow("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAAAAABawyK/AAAAEklEQVR4nGNgZGD4z8DAxMAAAAYTAQPbIMe6AAAAAElFTkSuQmCC")]
    [DataRow("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAQAAAABX00DOAAAADElEQVR4nGOYwOAAAAH0ANFyyZLIAAAAAElFTkSuQmCC")]
    public void Grey_files_mark_the_object_by_any_value_but_zero(string png)
    {
        // Row by row: 1 0 0 255, 0 2 0 0; with one bit: 1 0 0 1, 0 1 0 0.
        using var image = TruthMask.Decode(Convert.FromBase64String(png));
        var mask = new bool[8];
        TruthMask.Fill(image, mask);
        CollectionAssert.AreEqual(new[] { true, false, false, true, false, true, false, false }, mask);
    }

    internal static byte[] Png(string drawing)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            using var image = ScoredRow.Image(drawing);
            image.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
