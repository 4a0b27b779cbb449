using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class ImageTensorTests
{
    [TestMethod]
    public void A_batch_holds_what_its_images_give_alone()
    {
        var tall = NetworkImage.From(new(3, 1, [10, 20, 30, 40, 50, 60, 70, 80, 90]), 4, Preprocessing.Sam);
        var wide = NetworkImage.From(new(1, 2, [9, 8, 7, 6, 5, 4]), 4, Preprocessing.Default);
        using var scope = torch.NewDisposeScope();
        var batch = ImageTensor.Stack([tall, wide], PixelScaling.MeanStd, torch.CPU);
        var alone = torch.cat([.. new[] { tall, wide }.Select(image => ImageTensor.Stack([image], PixelScaling.MeanStd, torch.CPU))]);
        Assert.IsTrue(batch.Equals(alone));
        Assert.AreEqual((6 - 123.675f) / 58.395f, batch[1, 0, 1, 2].item<float>(), 1e-6f, "Centered at x 1..2, y 1.");
        Assert.AreEqual(0, batch[1, 0, 0, 2].item<float>(), "Padding is the mean color.");
    }

    [TestMethod]
    public void A_batch_is_float32_and_nothing_leaks()
    {
        var image = NetworkImage.From(new(1, 1, [1, 2, 3]), 2, Preprocessing.Default);
        var before = LiveTensors.Count;
        using (var batch = ImageTensor.Stack([image], PixelScaling.MeanStd, torch.CPU))
            Assert.AreEqual(torch.ScalarType.Float32, batch.dtype);
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void Images_for_different_input_sizes_make_no_batch()
    {
        var pixel = new PixelImage(1, 1, [1, 2, 3]);
        NetworkImage[] images = [NetworkImage.From(pixel, 2, Preprocessing.Default), NetworkImage.From(pixel, 4, Preprocessing.Default)];
        var error = Assert.ThrowsExactly<ArgumentException>(() => ImageTensor.Stack(images, PixelScaling.MeanStd, torch.CPU));
        StringAssert.Contains(error.Message, "image 0 has 2, image 1 has 4");
        Assert.ThrowsExactly<ArgumentException>(() => ImageTensor.Stack([], PixelScaling.MeanStd, torch.CPU));
    }

    [TestMethod]
    public void Padding_is_zero_also_where_zero_is_the_darkest_pixel()
    {
        var image = NetworkImage.From(new(1, 1, [50, 100, 150]), 3,
            new(ResizeRule.PadOrStretch, Resampling.Bilinear, PixelScaling.MinMax, ChannelOrder.Rgb));
        using var batch = ImageTensor.Stack([image], PixelScaling.MinMax, torch.CPU);
        var values = batch.data<float>().ToArray();
        Assert.AreEqual(0.5f, values[9 + 4]);
        Assert.AreEqual(1f, values[18 + 4]);
        Assert.HasCount(2, values.Where(value => value != 0));
    }

    [TestMethod]
    public void Each_image_of_a_batch_has_its_own_range()
    {
        NetworkImage[] images = [NetworkImage.From(new(1, 2, [0, 0, 0, 200, 200, 200]), 2, Preprocessing.MedSam),
            NetworkImage.From(new(1, 2, [10, 10, 10, 20, 20, 20]), 2, Preprocessing.MedSam)];
        using var batch = ImageTensor.Stack(images, PixelScaling.MinMax, torch.CPU);
        Assert.IsTrue(batch[0].Equals(batch[1]));
        Assert.AreEqual(1, batch.max().item<float>());
    }
}
