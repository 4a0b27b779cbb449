using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;

/// <summary>
/// The weights of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18, against ONNX Runtime on the package's own files.
/// </summary>
[TestClass]
public sealed class ResNet18PackageTests
{
    /// <summary>Where the package's build puts its weights.</summary>
    internal static readonly string Weights = Path.Combine(AppContext.BaseDirectory, "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");

    private const int Side = 224;                          // the only one that the package's files take
    private const string ThirdStage = "ReLU347_Output_0";
    private static readonly string Preparing =
        Path.Combine(AppContext.BaseDirectory, "DnnImageModels", "ResNetPrepOnnx", "ResNetPreprocess.onnx");

    private static readonly float[] Mean = [123.675f, 116.28f, 103.53f], Deviations = [58.395f, 57.12f, 57.375f];

    private static SegSamNetwork _network = null!;
    private static byte[] _file = [];

    [ClassInitialize]
    public static void Read(TestContext _)
    {
        using var file = CheckpointFile.Open(Weights);
        _network = Build(file, seed: 1);
        _file = TinyOnnx.WithOutput(File.ReadAllBytes(Weights), ThirdStage, 1, 256, Side / 16, Side / 16);
    }

    [ClassCleanup]
    public static void Free() => _network.Dispose();

    [TestMethod]
    public void The_file_is_recognized_and_gives_the_encoders_stages_alone()
    {
        using var file = CheckpointFile.Open(Weights);
        var pretrained = Pretrained.Recognize(file);
        Assert.AreEqual((CheckpointFamily.ResNet18, SegSamEncoder.ResNet18, 256, Preprocessing.Sam),
            (pretrained.Family, pretrained.Encoder, pretrained.Config.InputSize, pretrained.Preprocessing));
        Assert.HasCount(30, file.Tensors, "weight and bias of 1 + 3 x 4 + 2 convolutions");
        CollectionAssert.AreEqual(new[] { "35 of the file's 110 tensors: what follows the third stage" }, file.Skipped.ToArray());
    }

    [TestMethod]
    public void The_stages_are_ONNX_Runtimes_on_random_images()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        AssertStages(Normal(1, 2, 3, Side, Side));
    }

    [TestMethod]
    [DataRow("samples/images/spine-mr.png")]
    [DataRow("docs/images/predictions.png")]
    [DataRow("eng/icon.png")]
    public void The_stages_are_ONNX_Runtimes_on_pictures(string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        AssertStages(Input(Path.Combine(SharedFolder.Repository, path), Preprocessing.Sam));
    }

    [TestMethod]
    [TestCategory("Golden")]
    public void The_stages_are_ONNX_Runtimes_on_real_images()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var path in Directory.GetFiles(SharedFolder.Require("data", "biomedparse-demo", "demo"), "*.png").Order().Take(3))
            AssertStages(Input(path, Preprocessing.Sam));
    }

    /// <summary>The package subtracts an image, we a color: the difference must be small against one of order or scale.</summary>
    [TestMethod]
    public void Images_prepared_in_our_way_give_nearly_the_map_of_the_packages_way()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var path = Path.Combine(SharedFolder.Repository, "eng/icon.png");
        var stretched = new Preprocessing(ResizeRule.Stretch, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb);
        var ours = Stages(Input(path, stretched));
        var levels = Input(path, stretched) * tensor(Deviations).reshape(1, 3, 1, 1) + tensor(Mean).reshape(1, 3, 1, 1);
        Assert.IsTrue(levels.min().item<float>() > -0.01f && levels.max().item<float>() is > 200 and < 255.01f, "red, green, blue bytes");
        var prepared = OnnxRun.Output(File.ReadAllBytes(Preparing), "PreprocessedInput", levels);
        var theirs = OnnxRun.Output(_file, ThirdStage, prepared);
        Assert.IsLessThan(0.1, Difference(theirs, ours));
        Assert.IsGreaterThan(0.3, Difference(theirs, Stages(Input(path, stretched).flip(1))), "in another order");
        Assert.IsGreaterThan(0.2, Difference(theirs, Stages(Input(path, stretched) / 2)), "at another scale");
    }

    [TestMethod]
    public void Neck_and_decoders_start_at_random_and_the_stages_do_not()
    {
        using var scope = NewDisposeScope();
        using var file = CheckpointFile.Open(Weights);
        using var other = Build(file, seed: 2);
        using var same = Build(file, seed: 1);
        var (one, two, three) = (_network.state_dict(), other.state_dict(), same.state_dict());
        Assert.IsEmpty(one.Where(pair => !pair.Value.isfinite().all().item<bool>()).Select(pair => pair.Key));
        Assert.IsEmpty(one.Where(pair => !pair.Value.Equals(three[pair.Key])).Select(pair => pair.Key));
        var read = file.Tensors.Select(tensor => tensor.Name).ToList();
        Assert.IsEmpty(read.Where(name => !one[name].Equals(two[name])));
        foreach (var name in (string[])
            [
                "image_encoder.neck.0.weight", "mask_decoder.mask_tokens.weight", "prompt_encoder.no_mask_embed.weight",
                "semantic_decoder.object_token.weight", "semantic_decoder.mask_head.layers.0.weight",
            ])
            Assert.IsFalse(one[name].Equals(two[name]), name);
        Assert.IsFalse(one["semantic_decoder.object_token.weight"].Equals(one["mask_decoder.mask_tokens.weight"].narrow(0, 0, 1)),
            "there is no trained decoder to start from");
    }

    [TestMethod]
    public void Another_family_is_refused_for_the_file_and_the_family_for_another_file()
    {
        using var file = CheckpointFile.Open(Weights);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Pretrained.Recognize(file, CheckpointFamily.Sam)).Message,
            "CheckpointFamily is Sam, but the file is an ONNX file; expected null, or ResNet18");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => PublishedFile.Use(PublishedFile.Weights(PublishedFile.Sam),
            sam => Pretrained.Recognize(sam, CheckpointFamily.ResNet18))).Message,
            "CheckpointFamily is ResNet18, but the file is not an ONNX");
    }

    private static SegSamNetwork Build(CheckpointFile file, long seed)
    {
        var pretrained = Pretrained.Recognize(file);
        return pretrained.Build(pretrained.Config with { InputSize = Side, CategoryCount = 3 }, seed);
    }

    private static Tensor Stages(Tensor images) => ((ResNetEncoder)_network.ImageEncoder).Stages(images);

    private static double Difference(Tensor expected, Tensor found) => ((expected - found).norm() / expected.norm()).item<float>();

    private static void AssertStages(Tensor images)
    {
        var expected = OnnxRun.Output(_file, ThirdStage, OnnxResNetTests.Levels(images));
        Assert.IsGreaterThan(1f, expected.abs().max().item<float>());
        AssertClose(expected, Stages(images), 1e-5 * expected.abs().max().item<float>());
    }

    private static Tensor Input(string path, Preprocessing preprocessing) => ImageTensor.Stack(
        [NetworkImage.From(PixelImage.Decode(File.ReadAllBytes(path)), Side, preprocessing)], preprocessing.Scaling, CPU);
}
