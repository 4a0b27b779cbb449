using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Single layers and blocks on small signals, where the epsilons of norms show.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class UnitParityTests
{
    public static IEnumerable<object[]> Units => GoldenFolder.Cases("*_units.safetensors", ".in");

    [TestMethod]
    [DynamicData(nameof(Units))]
    public void Units_agree_on_small_signals(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        foreach (var precision in Precision.Both)
        {
            var model = GoldenModel.Of(file, precision);
            var (group, unit) = ($"Small signals, {model.Name}", name.Split('.')[0]);
            var input = golden.Tensor(name + ".in").to(precision.Type);
            var (module, compare) = (Find(model, golden, unit), new Comparison(group, golden, precision));
            compare.Check(unit, name + ".out", module.call(input), Allowed.Block);
            if (golden.Has(name + ".out_noskip"))
                compare.Check(unit + " without its skip", name + ".out_noskip", WithoutSkip(module, input), Allowed.Block);
        }
    }

    private static Module Find(GoldenModel model, SafetensorsFile golden, string unit)
    {
        var match = Regex.Match(unit, @"^(\D+?2d|\D+)(\d*)$");
        var blocks = ((ImageEncoder)model.Network.ImageEncoder).Blocks;
        var index = match.Groups[2].Length == 0 ? -1 : int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        return match.Groups[1].Value switch
        {
            "block" => blocks[index],
            "adapter" => blocks[index].Adapter!,
            "decoder_norm_final" => Child(model.Network.BinaryDecoder, "transformer.norm_final_attn"),
            "layernorm2d" => MapNorm(model, golden, unit),
            _ => throw new NotSupportedException($"The unit '{unit}' is not known here."),
        };
    }

    private static MapNormLayer MapNorm(GoldenModel model, SafetensorsFile golden, string unit)
    {
        var norm = new LayerFactory(CPU, model.Precision.Type).MapNorm(golden.Shape(unit + ".weight")[0], model.Config.MapEpsilon);
        foreach (var name in (string[])["weight", "bias"])
            norm.get_parameter(name)!.copy_(golden.Tensor($"{unit}.{name}"));
        return norm;
    }

    // The adapter's own layers, put together without the sum at the end.
    private static Tensor WithoutSkip(Module adapter, Tensor input)
    {
        var x = input.permute(0, 3, 1, 2);
        var gated = x * Child(adapter, "channel").call(x.mean([2, 3])).unsqueeze(-1).unsqueeze(-1);
        return Child(adapter, "norm").call(Child(adapter, "spatial").call(gated).permute(0, 2, 3, 1));
    }

    private static Module Child(nn.Module parent, string name) => (Module)parent.named_modules().Single(pair => pair.name == name).module;
}
