using Microsoft.ML.SegSam.Imaging;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class ImageTensorTests
{
    [TestMethod]
    public void A_batch_holds_what_its_images_give_alone()
    {
        var tall = NetworkImage.From(new(3, 1, [10, 20, 30, 40, 50, 60, 70, 80, 90]), 4, ResizeRule.LongestSide);
        var wide = NetworkImage.From(new(1, 2, [9, 8, 7, 6, 5, 4]), 4, ResizeRule.PadOrStretch);
        using var scope = torch.NewDisposeScope();
        var batch = ImageTensor.Stack([tall, wide], PixelNormalization.Sam, torch.CPU);
        var alone = torch.cat([.. new[] { tall, wide }.Select(image => ImageTensor.Stack([image], PixelNormalization.Sam, torch.CPU))]);
        Assert.IsTrue(batch.Equals(alone));
        Assert.AreEqual((6 - 123.675f) / 58.395f, batch[1, 0, 1, 2].item<float>(), 1e-6f, "Centred at x 1..2, y 1.");
        Assert.AreEqual(0, batch[1, 0, 0, 2].item<float>(), "Padding is the mean colour.");
    }

    [TestMethod]
    public void The_dtype_asked_for_is_the_dtype_given_and_nothing_leaks()
    {
        var image = NetworkImage.From(new(1, 1, [1, 2, 3]), 2, ResizeRule.PadOrStretch);
        var before = LiveTensors.Count;
        using (var batch = ImageTensor.Stack([image], PixelNormalization.Sam, torch.CPU, torch.ScalarType.BFloat16))
            Assert.AreEqual(torch.ScalarType.BFloat16, batch.dtype);
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Images_for_different_input_sizes_make_no_batch()
    {
        var pixel = new PixelImage(1, 1, [1, 2, 3]);
        NetworkImage[] images = [NetworkImage.From(pixel, 2, ResizeRule.PadOrStretch), NetworkImage.From(pixel, 4, ResizeRule.PadOrStretch)];
        var error = Assert.ThrowsExactly<ArgumentException>(() => ImageTensor.Stack(images, PixelNormalization.Sam, torch.CPU));
        StringAssert.Contains(error.Message, "image 0 has 2, image 1 has 4");
        Assert.ThrowsExactly<ArgumentException>(() => ImageTensor.Stack([], PixelNormalization.Sam, torch.CPU));
    }

    [TestMethod]
    public void Normalizations_are_equal_when_their_numbers_are()
    {
        var copy = new PixelNormalization([.. PixelNormalization.Sam.Mean], [.. PixelNormalization.Sam.Std]);
        Assert.AreEqual(PixelNormalization.Sam, copy);
        Assert.AreEqual(PixelNormalization.Sam.GetHashCode(), copy.GetHashCode());
        Assert.AreNotEqual(PixelNormalization.Sam, new([1, 2, 3], copy.Std));
        Assert.ThrowsExactly<ArgumentException>(() => new PixelNormalization([0, 0, 0], [1, 0, 1]));
        Assert.ThrowsExactly<ArgumentException>(() => new PixelNormalization([0, 0], [1, 1, 1]));
    }
}
