using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Images on their way into the network.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class ImageParityTests
{
    private const string Files = "*_image.safetensors";

    public static IEnumerable<object[]> Bilinear => GoldenFolder.Cases(Files, ".resized_hwc_u8");

    public static IEnumerable<object[]> Nearest => GoldenFolder.Cases(Files, ".resized_nearest_hwc_u8");

    public static IEnumerable<object[]> Floats => GoldenFolder.Cases(Files, ".resized_float_antialias");

    public static IEnumerable<object[]> Preprocessed => GoldenFolder.Cases(Files, ".preprocessed");

    public static IEnumerable<object[]> PredictorInputs => GoldenFolder.Cases(Files, ".predictor_input");

    public static IEnumerable<object[]> DatasetImages => GoldenFolder.Cases(Files, ".dataset_image_out");

    public static IEnumerable<object[]> DatasetMasks => GoldenFolder.Cases(Files, ".dataset_mask_out");

    [TestMethod]
    [DynamicData(nameof(Bilinear))]
    public void The_longest_side_is_resized_alike_to_the_byte(string file, string name) =>
        CheckBytes(file, name, "resized_hwc_u8", "resized, antialiased bilinear");

    [TestMethod]
    [DynamicData(nameof(Nearest))]
    public void Stretching_to_the_square_is_alike_to_the_byte(string file, string name) =>
        CheckBytes(file, name, "resized_nearest_hwc_u8", "resized, nearest neighbor");

    /// <summary>Bytes are rounded twice, after columns and after rows: at most one level away from the float alternative.</summary>
    [TestMethod]
    [DynamicData(nameof(Floats))]
    public void The_float_resize_differs_by_one_level_at_most(string file, string name)
    {
        using var scope = NewDisposeScope();
        var model = GoldenModel.Of(file, Precision.Single);
        var scaled = model.Scaled(model.Image(name));
        var actual = tensor(scaled.Pixels, [1, scaled.Geometry.ScaledHeight, scaled.Geometry.ScaledWidth, 3]).permute(0, 3, 1, 2);
        Compare(model).Check("resized, float alternative (levels of 255)", name + ".resized_float_antialias", actual, 1);
    }

    [TestMethod]
    [DynamicData(nameof(Preprocessed))]
    public void The_input_of_SAM_agrees(string file, string name) => CheckInput(file, name, "preprocessed", "input tensor");

    [TestMethod]
    [DynamicData(nameof(PredictorInputs))]
    public void The_input_of_SAM_Med2Ds_predictor_agrees(string file, string name) =>
        CheckInput(file, name, "predictor_input", "input tensor");

    [TestMethod]
    [DynamicData(nameof(DatasetImages))]
    public void The_image_of_SAM_Med2Ds_data_set_agrees(string file, string name)
    {
        using var scope = NewDisposeScope();
        var model = GoldenModel.Of(file, Precision.Single);
        Compare(model).Check("data set's image", name + ".dataset_image_out", model.DatasetInput(name).squeeze(0), Allowed.Input);
    }

    [TestMethod]
    [DynamicData(nameof(DatasetMasks))]
    public void The_mask_of_SAM_Med2Ds_data_set_is_the_same(string file, string name)
    {
        var model = GoldenModel.Of(file, Precision.Single);
        var shape = model.Images.Shape(name + ".dataset_mask_in");
        var geometry = ImageGeometry.For((int)shape[0], (int)shape[1], model.Config.InputSize, ResizeRule.PadOrStretch);
        var actual = MaskGeometry.ToNetwork(model.Images.Bytes(name + ".dataset_mask_in"), geometry);
        var expected = model.Images.Bytes(name + ".dataset_mask_out");
        Parity.CheckSame(Group(model), "data set's mask (pixels that differ)", name, expected, actual);
    }

    /// <summary>SAM's own rule lets a side vanish; ours keeps one row or column.</summary>
    [TestMethod]
    public void Sizes_with_the_longest_side_scaled_are_the_same()
    {
        var files = GoldenFolder.Files("*_sizes.json").DefaultIfEmpty("*_sizes.json");
        foreach (var row in files.SelectMany(file => GoldenFolder.Json(file).GetProperty("rows").EnumerateArray()))
        {
            var (height, width) = (row.GetProperty("h").GetInt32(), row.GetProperty("w").GetInt32());
            var target = row.GetProperty("target").GetInt32();
            var geometry = ImageGeometry.For(height, width, target, ResizeRule.LongestSide);
            int[] expected = [.. row.GetProperty("out").EnumerateArray().Select(side => Math.Max(1, side.GetInt32()))];
            int[] actual = [geometry.ScaledHeight, geometry.ScaledWidth];
            Parity.CheckSame("Images", "sizes with the longest side scaled (bytes that differ)", $"{height} x {width} to {target}",
                MemoryMarshal.AsBytes<int>(expected), MemoryMarshal.AsBytes<int>(actual));
        }
    }

    private static void CheckBytes(string file, string name, string tensor, string what)
    {
        var model = GoldenModel.Of(file, Precision.Single);
        var scaled = model.Scaled(model.Image(name));
        CollectionAssert.AreEqual(
            new long[] { scaled.Geometry.ScaledHeight, scaled.Geometry.ScaledWidth, 3 },
            model.Images.Shape($"{name}.{tensor}"));
        Parity.CheckSame(Group(model), what + " (bytes that differ)", name, model.Images.Bytes($"{name}.{tensor}"), scaled.Pixels);
    }

    private static void CheckInput(string file, string name, string tensor, string what)
    {
        using var scope = NewDisposeScope();
        var model = GoldenModel.Of(file, Precision.Single);
        Compare(model).Check(what, $"{name}.{tensor}", model.Input(name), Allowed.Input);
    }

    private static Comparison Compare(GoldenModel model) => new(Group(model), model.Images, model.Precision);

    private static string Group(GoldenModel model) => $"Images, {model.Name}";
}
