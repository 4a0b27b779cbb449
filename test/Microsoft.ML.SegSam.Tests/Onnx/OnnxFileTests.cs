using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Tests.Support;
using Onnx;
using Floats = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace Microsoft.ML.SegSam.Tests.Onnx;

[TestClass]
public sealed class OnnxFileTests
{
    private static readonly SegSamConfig Config = SegSamConfig.For(SegSamEncoder.Tiny, 64) with { CategoryCount = 2 };

    [TestMethod]
    public void Weights_that_are_too_many_for_one_file_go_into_a_second_one_beside_it()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(Config);
        network.eval();
        string one = Path.Combine(folder.Path, "one.onnx"), two = Path.Combine(folder.Path, "two.onnx");
        OnnxFile.Write(one, Encoder(network));
        OnnxFile.Write(two, Encoder(network), most: 1_000_000);
        Assert.IsFalse(File.Exists(OnnxFile.DataOf(one)));
        var (all, small, large) = (Size(one), Size(two), Size(OnnxFile.DataOf(two)));
        Assert.IsLessThan(all / 4, small, "the graph and its small weights");
        Assert.IsGreaterThan(all - small - 100_000, large);
        CollectionAssert.AreEqual(Run(one), Run(two));
    }

    [TestMethod]
    public void A_second_file_of_an_earlier_model_does_not_stay()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(Config);
        var path = Path.Combine(folder.Path, "model.onnx");
        OnnxFile.Write(path, Encoder(network), most: 1_000_000);
        OnnxFile.Write(path, Encoder(network));
        Assert.IsFalse(File.Exists(OnnxFile.DataOf(path)));
    }

    [TestMethod]
    public void A_pipeline_refuses_a_model_whose_weights_are_in_a_second_file()
    {
        using var folder = new TemporaryFolder();
        FittedModel.Shared.SaveOnnx(folder.Path);
        File.WriteAllText(OnnxFile.DataOf(Path.Combine(folder.Path, OnnxFolder.WholeFile)), "weights");
        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => OnnxFolder.Whole(folder.Path)).Message,
            "are in a second file, which a pipeline cannot hold. Export the model in half precision, or use a SegSamPredictor.");
    }

    private static ModelProto Encoder(SegSamNetwork network) =>
        new OnnxModels(network, ResizeRule.LongestSide, halfPrecision: false).Encoder();

    private static long Size(string path) => new FileInfo(path).Length;

    private static float[] Run(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = OnnxDevice.Open(path, options);
        var image = SmallNetwork.Normal(1, 1, 3, Config.InputSize, Config.InputSize);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(
            OnnxModels.Image, new Floats(image.data<float>().ToArray(), [1, 3, Config.InputSize, Config.InputSize]))]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
