using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The prompt encoder on every kind of prompt.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class PromptParityTests
{
    private const string Files = "*_prompt.safetensors";

    public static IEnumerable<object[]> Prompts => GoldenFolder.Cases(Files, ".sparse");

    public static IEnumerable<object[]> Points => GoldenFolder.Cases(Files, ".in.point_coords_original");

    public static IEnumerable<object[]> Boxes => GoldenFolder.Cases(Files, ".in.boxes_original");

    public static IEnumerable<object[]> Maps => GoldenFolder.Cases(Files, "dense_pe");

    [TestMethod]
    [DynamicData(nameof(Prompts))]
    public void Prompts_are_encoded_alike(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var precision in Precision.Both)
        {
            var model = GoldenModel.Of(file, precision);
            var (sparse, dense, _) = model.Network.PromptEncoder.call(model.Prompt(name));
            var comparison = new Comparison(Group(model), GoldenFolder.Open(file), precision);
            comparison.Check("tokens", name + ".sparse", sparse, Allowed.Prompt);
            // One value for all pixels without a mask.
            var map = dense.expand(sparse.size(0), -1, model.Config.Grid, model.Config.Grid);
            comparison.Check("map", name + ".dense", map, Allowed.Prompt);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Maps))]
    public void The_position_code_of_the_map_agrees(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var precision in Precision.Both)
        {
            var model = GoldenModel.Of(file, precision);
            new Comparison(Group(model), GoldenFolder.Open(file), precision)
                .Check("positional encoding of the map", name + "dense_pe", model.Network.PromptEncoder.DensePositions(), Allowed.Prompt);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Points))]
    public void Points_move_into_the_networks_frame_alike(string file, string name) => CheckMove(file, $"{name}.in.point_coords");

    [TestMethod]
    [DynamicData(nameof(Boxes))]
    public void Boxes_move_into_the_networks_frame_alike(string file, string name) => CheckMove(file, $"{name}.in.boxes");

    private static void CheckMove(string file, string tensor)
    {
        using var scope = NewDisposeScope();
        var model = GoldenModel.Of(file, Precision.Single);
        var golden = GoldenFolder.Open(file);
        var geometry = model.Scaled(model.Image(GoldenModel.ImageOf(tensor))).Geometry;
        var moved = golden.Span<float>(tensor + "_original").ToArray()
            .Select((value, i) => i % 2 == 0 ? geometry.ToNetworkX(value) : geometry.ToNetworkY(value)).ToArray();
        new Comparison(Group(model), golden, Precision.Single)
            .Check("coordinates, from pixels of the image",
                tensor, TorchSharp.torch.tensor(moved, golden.Shape(tensor)), Allowed.Coordinate);
    }

    private static string Group(GoldenModel model) => $"Prompt encoder, {model.Name}";
}
