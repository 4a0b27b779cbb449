using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Position tables of a SAM checkpoint brought to another input size, alone and through the loader.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class PositionParityTests
{
    private const string Group = "Position tables resized";

    public static IEnumerable<object[]> Tables => GoldenFolder.Cases("*_resized_from_*.safetensors", "");

    public static IEnumerable<object[]> Lists => GoldenFolder.FileRows("*_resized_from_*.json");

    [TestMethod]
    [DynamicData(nameof(Tables))]
    public void Tables_are_resized_alike(string file, string name)
    {
        using var scope = NewDisposeScope();
        var expected = GoldenFolder.Open(file).Tensor(name);
        var stored = GoldenWeights.Read(Source(file)).Single(weight => weight.Name == name).Value;
        var resized = RelativePositions.ResizeStored(stored, expected.shape);
        Parity.Check(Group, "tables", Precision.Single, name, expected, resized, Allowed.Prompt);
    }

    /// <summary>
    /// What upstream resized is resized, what it copied is copied; so is what it leaves at its random start (our choice).
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Lists))]
    public void The_loader_does_to_each_tensor_what_upstreams_does(string file)
    {
        using var scope = NewDisposeScope();
        var fates = GoldenFolder.Json(file);
        var resized = GoldenFolder.Open(Path.ChangeExtension(file, ".safetensors"));
        var stored = GoldenWeights.Read(Source(file)).ToDictionary(weight => weight.Name, weight => weight.Value);
        using var checkpoint = CheckpointFile.Open(GoldenFolder.Require(Source(file) + ".pth"));
        using var network = Pretrained.Recognize(checkpoint).Build(GoldenModel.Of(file, Precision.Single).Config, seed: 1);
        var ours = network.state_dict();
        foreach (var fate in fates.EnumerateObject())
        {
            if (fate.Value.GetString() == "resized")
                Check("resized", resized.Tensor(fate.Name), Allowed.Prompt);
            else if (stored.TryGetValue(fate.Name, out var value))
                Check("copied", value, Allowed.Exact);

            void Check(string how, Tensor expected, double allowed) =>
                Parity.Check(Group, "through the loader: " + how, Precision.Single, fate.Name, expected, ours[fate.Name], allowed);
        }
    }

    /// <summary>The model that the tables come from: of "…_resized_from_512" the one of input size 512.</summary>
    private static string Source(string file)
    {
        GoldenFolder.Require(file);
        var size = int.Parse(Regex.Match(file, @"_resized_from_(\d+)\.").Groups[1].Value, CultureInfo.InvariantCulture);
        return GoldenConfig.Models.Single(model => GoldenConfig.Read(model).InputSize == size);
    }
}
