using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples;

using static FittedModel;

/// <summary>A program that has ONNX Runtime and no libtorch.</summary>
[TestClass]
public sealed class OnnxPredictTests
{
    private const long MostBytes = 80_000_000;

    [TestMethod]
    public void It_names_masks_without_libtorch_and_is_small()
    {
        var files = new DirectoryInfo(Path.GetDirectoryName(ChildProcess.OnnxPredict)!).GetFiles("*", SearchOption.AllDirectories);
        Assert.DoesNotContain(file => file.Name.Contains("torch_cpu", StringComparison.Ordinal), files);
        Assert.IsLessThan(MostBytes, files.Sum(file => file.Length));

        using var folder = new TemporaryFolder();
        Shared.SaveOnnx(folder.Path);
        var row = TinyData.Rows(images: 1)[0];
        var image = Path.Combine(folder.Path, "image.png");
        File.WriteAllBytes(image, row.File!);
        var box = row.Box!;
        var (code, output, error) = ChildProcess.Dotnet(ChildProcess.OnnxPredict, folder.Path, image,
            string.Join(',', box.Select(number => number.ToString(CultureInfo.InvariantCulture))), "5,6,40,44");
        Assert.AreEqual(0, code, error);

        var torch = new SegSamPredictor(Shared);
        using var encoded = torch.Encode(row.Image!);
        var expected = torch.Predict(encoded, [SegSamPrompt.Box(box[0], box[1], box[2], box[3]), SegSamPrompt.Box(5, 6, 40, 44)]);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, lines);
        foreach (var (prediction, line) in expected.Zip(lines))
        {
            using var json = JsonDocument.Parse(line);
            Assert.AreEqual(prediction.Category, json.RootElement.GetProperty("category").GetString());
            Assert.AreEqual(prediction.PredictedIoU, json.RootElement.GetProperty("predicted_iou").GetSingle(), 1e-3f);
            Assert.AreEqual(prediction.Mask.Area, json.RootElement.GetProperty("area").GetInt64(), 2);
        }
    }
}
