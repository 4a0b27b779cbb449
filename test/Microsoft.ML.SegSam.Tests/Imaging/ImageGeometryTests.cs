using System.Text.Json;
using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Golden;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class ImageGeometryTests
{
    [TestMethod, TestCategory("Golden")]
    public void Longest_side_sizes_are_SAMs_but_never_nothing()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SafetensorsFile.GoldenPath("sam_sizes.json")));
        foreach (var row in json.RootElement.GetProperty("rows").EnumerateArray())
        {
            var size = row.GetProperty("target").GetInt32();
            var (height, width) = (row.GetProperty("h").GetInt32(), row.GetProperty("w").GetInt32());
            var geometry = ImageGeometry.For(height, width, size, ResizeRule.LongestSide);
            var expected = row.GetProperty("out").EnumerateArray().Select(side => Math.Max(1, side.GetInt32())).ToArray();
            CollectionAssert.AreEqual(expected, new[] { geometry.ScaledHeight, geometry.ScaledWidth }, row.ToString());
        }
    }

    [TestMethod, TestCategory("Golden")]
    public void Prompts_move_into_the_network_frame_as_SAMs_do()
    {
        var images = SafetensorsFile.Golden("sam_image.safetensors");
        var prompts = SafetensorsFile.Golden("sam_prompt.safetensors");
        var size = (int)images.Shape(images.CasesWith(".preprocessed")[0] + ".preprocessed")[3];
        foreach (var kind in (string[])["point_coords", "boxes"])
        {
            foreach (var name in prompts.CasesWith($".in.{kind}_original"))
            {
                var image = images.Shape(name.Split('.')[0] + ".image_hwc_u8");
                var geometry = ImageGeometry.For((int)image[0], (int)image[1], size, ResizeRule.LongestSide);
                var expected = prompts.Span<float>($"{name}.in.{kind}");
                var original = prompts.Span<float>($"{name}.in.{kind}_original");
                for (var i = 0; i < expected.Length; i++)
                {
                    var actual = i % 2 == 0 ? geometry.ToNetworkX(original[i]) : geometry.ToNetworkY(original[i]);
                    Assert.AreEqual(expected[i], actual, 1e-4f, name);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(200, 150, 200, 150, 53, 28)]
    [DataRow(255, 255, 255, 255, 0, 0)]
    [DataRow(1, 1, 1, 1, 127, 127)]
    [DataRow(256, 100, 256, 256, 0, 0)]
    [DataRow(100, 300, 256, 256, 0, 0)]
    [DataRow(10_000, 1, 256, 256, 0, 0)]
    public void Small_images_are_centred_and_others_stretched(
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
