using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class ImageGeometryTests
{
    [TestMethod]
    [DataRow(200, 150, 200, 150, 53, 28)]
    [DataRow(255, 255, 255, 255, 0, 0)]
    [DataRow(1, 1, 1, 1, 127, 127)]
    [DataRow(256, 100, 256, 256, 0, 0)]
    [DataRow(100, 300, 256, 256, 0, 0)]
    [DataRow(10_000, 1, 256, 256, 0, 0)]
    public void Small_images_are_centered_and_others_stretched(
        int height, int width, int scaledHeight, int scaledWidth, int offsetX, int offsetY) =>
        Assert.AreEqual(
            new ImageGeometry(height, width, scaledHeight, scaledWidth, offsetX, offsetY, 256),
            ImageGeometry.For(height, width, 256, ResizeRule.PadOrStretch));

    [TestMethod]
    [DataRow(200, 150)]
    [DataRow(1, 1)]
    [DataRow(512, 3)]
    public void Stretch_fills_the_square_whatever_the_image(int height, int width) =>
        Assert.AreEqual(new ImageGeometry(height, width, 256, 256, 0, 0, 256), ImageGeometry.For(height, width, 256, ResizeRule.Stretch));

    [TestMethod]
    public void Stretch_takes_points_and_boxes_to_the_same_fraction_of_each_side()
    {
        var prompt = new Prompt(Box: [10, 20, 50, 100], Points: [25, 150, 99, 0], PointLabels: [1, 0])
            .ToNetwork(ImageGeometry.For(height: 200, width: 100, inputSize: 1000, ResizeRule.Stretch));
        CollectionAssert.AreEqual(new float[] { 100, 100, 500, 500 }, prompt.Box!);
        CollectionAssert.AreEqual(new float[] { 250, 750, 990, 0 }, prompt.Points);
    }

    [TestMethod]
    public void Both_corners_of_an_image_land_on_the_corners_of_its_place() => Gen.Select(
            Gen.Int[1, 10_000], Gen.Int[1, 10_000], Gen.Int[1, 1024], Gen.Enum<ResizeRule>())
        .Sample((height, width, size, rule) =>
        {
            var geometry = ImageGeometry.For(height, width, size, rule);
            return geometry.ToNetworkX(0) == geometry.OffsetX && geometry.ToNetworkY(0) == geometry.OffsetY
                && Math.Abs(geometry.ToNetworkX(width) - geometry.OffsetX - geometry.ScaledWidth) < 1e-3
                && Math.Abs(geometry.ToNetworkY(height) - geometry.OffsetY - geometry.ScaledHeight) < 1e-3
                && geometry.ScaledWidth >= 1 && geometry.ScaledHeight >= 1
                && geometry.OffsetX + geometry.ScaledWidth <= size && geometry.OffsetY + geometry.ScaledHeight <= size;
        });

    [TestMethod]
    [DataRow(0, 5, 8)]
    [DataRow(5, -1, 8)]
    [DataRow(5, 5, 0)]
    public void Sizes_below_one_are_refused(int height, int width, int size) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ImageGeometry.For(height, width, size, ResizeRule.LongestSide));
}
