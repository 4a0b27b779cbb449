using System.Globalization;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Names and shapes of weights: what the official code saves fits our network, tensor for tensor.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class WeightParityTests
{

    public static IEnumerable<object[]> Models => GoldenWeights.Models.Select(model => new object[] { model });

    public static IEnumerable<object[]> Lists => GoldenFolder.FileRows("keys_*.txt");

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void Our_network_has_the_tensors_of_the_model(string model)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        Check(model, GoldenWeights.Read(model).Select(weight => Line(weight.Name, weight.Value.shape)), GoldenConfig.Read(model));
    }

    [TestMethod]
    [DynamicData(nameof(Lists))]
    public void Our_preset_has_the_tensors_of_the_full_size_model(string file)
    {
        var lines = File.ReadAllLines(GoldenFolder.Require(file)).Where(line => line.Length > 0).Select(line => line.Split('\t')).ToList();
        var shapes = lines.ToDictionary(line => line[0], line => line[2].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(side => long.Parse(side, CultureInfo.InvariantCulture)).ToArray());
        var (grid, width) = (shapes["image_encoder.pos_embed"][1], shapes["image_encoder.pos_embed"][3]);
        var preset = Enum.GetValues<SegSamEncoder>()
            .Single(encoder => encoder != SegSamEncoder.Tiny && SegSamConfig.For(encoder).EncoderWidth == width);
        var config = SegSamConfig.For(preset);
        var adapted = shapes.Keys.Any(name => name.Contains(".Adapter.", StringComparison.Ordinal));
        Check(file, shapes.Select(pair => Line(pair.Key, pair.Value)), SegSamConfig.For(preset, (int)grid * config.PatchSize) with
        {
            Adapter = adapted ? SegSamAdapter.SamMed2D : SegSamAdapter.None,
            AdapterRatio = adapted ? (double)shapes["image_encoder.blocks.0.Adapter.channel.0.weight"][0] / width : config.AdapterRatio,
        });
    }

    private static void Check(string name, IEnumerable<string> expected, SegSamConfig config)
    {
        using var network = new SegSamNetwork(config, LayerFactory.Meta);
        var ours = network.state_dict().Where(pair => PublishedNames.IsSam(pair.Key))
            .Select(pair => Line(pair.Key, pair.Value.shape)).ToHashSet();
        string[] theirs = [.. expected];
        string[] differences = [.. theirs.Except(ours).Select(line => "- " + line), .. ours.Except(theirs).Select(line => "+ " + line)];
        Assert.IsEmpty(differences, $"{name}: expected (-) and found (+):\n{string.Join('\n', differences.Take(40))}");
        Parity.CheckSame("Weights", "names and shapes (tensors that differ)", name, differences.Length);
    }

    private static string Line(string name, long[] shape) => $"{name}\t{string.Join(',', shape)}";
}
