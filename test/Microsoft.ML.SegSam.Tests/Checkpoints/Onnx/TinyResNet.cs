using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;

/// <summary>
/// A narrow ResNet-18 in ONNX, built as the package's: nodes whose names tell nothing, batch norms, a stage that is not used.
/// </summary>
internal sealed class TinyResNet
{
    private static readonly int[] Widths = [3, 5, 4, 2];
    private readonly Random _random = new(7);
    private readonly TinyOnnx _file = new();
    private readonly bool _raw, _padsBehind;
    private readonly Func<Step, Step> _spoil;
    private int _values;

    /// <param name="side">Of the image that the file says it reads.</param>
    /// <param name="raw">Whether numbers are raw bytes; else packed.</param>
    /// <param name="padsBehind">Whether the last row of padding, which is not reached with stride 2, is there.</param>
    /// <param name="spoil">Makes another step of one.</param>
    public TinyResNet(int side = 64, bool raw = true, bool padsBehind = false, Func<Step, Step>? spoil = null)
    {
        (_raw, _padsBehind, _spoil) = (raw, padsBehind, spoil ?? (step => step));
        _file.FloatInput("image", 1, 3, side, side);
        var map = Relu(Convolve("image", 3, Widths[0], 7, 2));
        map = Node("MaxPool", [map], ("kernel_shape", [3, 3]), ("strides", [2, 2]), ("pads", _padsBehind ? [1, 1, 1, 1] : [1, 1, 0, 0]));
        for (var stage = 0; stage < Widths.Length; stage++)
        {
            map = stage == 0 ? Block(map, Widths[0], Widths[0], 1) : Block(map, Widths[stage - 1], Widths[stage], 2);
            map = Block(map, Widths[stage], Widths[stage], 1);
            if (stage == 2)
                ThirdStage = map;
        }

        _file.Node("GlobalAveragePool", [map], "pooled").Output("pooled", 1, Widths[^1], 1, 1);
    }

    /// <summary>The network whose stages have the file's shapes.</summary>
    public static SegSamConfig Config { get; } =
        SmallNetwork.Config with { ResNetStages = [.. Widths[..3].Select(width => new ResNetStage(width, 2))] };

    /// <summary>The value at which the encoder ends.</summary>
    public string ThirdStage { get; } = "";

    public byte[] ToArray(string producer = "CNTK") => _file.ToArray(producer);

    // The shortcut first, and last in the sum, as in the package's file.
    private string Block(string map, int inputs, int outputs, int stride)
    {
        var shortcut = stride == 1 ? map : Convolve(map, inputs, outputs, 1, stride);
        var inner = Relu(Convolve(map, inputs, outputs, 3, stride));
        return Relu(Node("Add", [Convolve(inner, outputs, outputs, 3, 1), shortcut]));
    }

    private string Convolve(string map, int inputs, int outputs, int side, int stride)
    {
        long before = side / 2, after = _padsBehind || stride == 1 ? before : Math.Max(0, before - 1);
        var weight = Constant([outputs, inputs, side, side], 0.6);
        var convolved = Node("Conv", [map, weight], ("kernel_shape", [side, side]), ("strides", [stride, stride]),
            ("pads", [before, before, after, after]), ("dilations", [1, 1]));
        return Node("BatchNormalization",
            [convolved, Constant([outputs], 1), Constant([outputs], 0.5), Constant([outputs], 0.5), Constant([outputs], 1, least: 0.3)]);
    }

    private string Relu(string map) => Node("Relu", [map]);

    private string Node(string operation, string[] inputs, params (string Name, long[] Values)[] attributes)
    {
        var output = $"value{_values++}";
        var step = _spoil(new(operation, inputs, attributes.ToDictionary(pair => pair.Name, pair => pair.Values)));
        _file.Node(step.Operation, step.Inputs, output, [.. step.Settings.Select(pair => (pair.Key, pair.Value))]);
        return output;
    }

    private string Constant(long[] shape, double most, double? least = null)
    {
        var name = $"value{_values++}c";
        var count = (int)shape.Aggregate((product, side) => product * side);
        _file.Floats(name, shape, [.. Enumerable.Range(0, count)
            .Select(_ => (float)((least ?? -most) + _random.NextDouble() * (most - (least ?? -most))))], _raw);
        return name;
    }

    /// <summary>A node of the file.</summary>
    internal sealed record Step(string Operation, string[] Inputs, Dictionary<string, long[]> Settings)
    {
        public Step With(string setting, params long[] values) => this with { Settings = new(Settings) { [setting] = values } };
    }
}
