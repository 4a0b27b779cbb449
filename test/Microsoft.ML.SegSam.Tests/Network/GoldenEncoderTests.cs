using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Golden;
using static Microsoft.ML.SegSam.Tests.Network.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>The image encoder against the official SAM's figures, stage by stage.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class GoldenEncoderTests
{
    private const double Float64 = 1e-8;

    [TestMethod]
    public void Every_stage_agrees_with_sam_in_float64()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(ScalarType.Float64);
        var expected = SafetensorsFile.Golden("sam_encoder.safetensors");
        var encoder = (ImageEncoder)sam.Network.ImageEncoder;

        var x = encoder.Patches.call(Image("A", ScalarType.Float64));
        AssertClose(expected.Tensor("A.patch_embed_f64"), x, Float64, "patch_embed");
        x = x + encoder.get_parameter("pos_embed")!;
        AssertClose(expected.Tensor("A.patch_embed_plus_pos_f64"), x, Float64, "patch_embed_plus_pos");
        for (var i = 0; i < encoder.Blocks.Count; i++)
        {
            x = encoder.Blocks[i].call(x);
            AssertClose(expected.Tensor($"A.block{i}_f64"), x, Float64, $"block{i}");
        }
    }

    [TestMethod]
    [DataRow("A")]
    [DataRow("B")]
    [DataRow("C")]
    public void The_embedding_agrees_with_sam_in_float64(string image) => CheckNeck(image, ScalarType.Float64, "neck_f64", Float64);

    [TestMethod]
    [DataRow("A")]
    [DataRow("B")]
    [DataRow("C")]
    public void The_embedding_agrees_with_sam_in_float32(string image) => CheckNeck(image, ScalarType.Float32, "neck", 3e-5);

    [TestMethod]
    public void Two_images_as_one_batch_agree_with_sam()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(ScalarType.Float32);
        var images = cat([Image("A", ScalarType.Float32), Image("B", ScalarType.Float32)]);
        AssertClose(SafetensorsFile.Golden("sam_encoder.safetensors").Tensor("AB_batch.neck"), sam.Network.Encode(images), 3e-5);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void The_attention_of_each_block_agrees_with_sam(int block)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(ScalarType.Float32);
        var file = SafetensorsFile.Golden("sam_encoder.safetensors");
        var input = file.Tensor($"A.block{block}.norm1");
        var config = sam.Network.Config;
        if (!config.GlobalBlocks.Contains(block))
            input = Windows.Partition(input, config.WindowSize); // the figures of windowed blocks are those of the windows
        AssertClose(file.Tensor($"A.block{block}.attn"), ((ImageEncoder)sam.Network.ImageEncoder).Blocks[block].Attention.call(input), 2e-4);
    }

    [TestMethod]
    [DataRow("block0")]
    [DataRow("block1")]
    public void Blocks_agree_on_small_signals_where_the_epsilon_of_norms_shows(string block)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(ScalarType.Float64);
        var file = SafetensorsFile.Golden("sam_units.safetensors");
        var index = block[^1] - '0';
        AssertClose(file.Tensor($"{block}.out_f64"), ((ImageEncoder)sam.Network.ImageEncoder).Blocks[index].call(file.Tensor($"{block}.in").to(float64)), Float64);
    }

    private static void CheckNeck(string image, ScalarType dtype, string figure, double within)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(dtype);
        AssertClose(SafetensorsFile.Golden("sam_encoder.safetensors").Tensor($"{image}.{figure}"), sam.Network.Encode(Image(image, dtype)), within);
    }

    // B has no golden tensor, but its scaled bytes.
    private static Tensor Image(string name, ScalarType dtype)
    {
        var file = SafetensorsFile.Golden("sam_image.safetensors");
        if (file.Has($"{name}.preprocessed"))
            return file.Tensor($"{name}.preprocessed").to(dtype);
        var shape = file.Shape($"{name}.image_hwc_u8");
        var geometry = ImageGeometry.For((int)shape[0], (int)shape[1], GoldenConfig.Read("sam_tiny").InputSize, ResizeRule.LongestSide);
        return ImageTensor.Stack([new(geometry, file.Bytes($"{name}.resized_hwc_u8").ToArray())], PixelScaling.MeanStd, CPU, dtype);
    }
}
