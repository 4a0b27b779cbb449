using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Onnx;

/// <summary>
/// Finds the weights of ResNet-18's first three stages in an ONNX graph: by what is computed from what, as its names tell nothing.
/// </summary>
/// <remarks>
/// Supported is one file, trained on ImageNet, since an ONNX file does not say how its pixels are prepared. That network reads blue, green
/// and red, as levels from 0 to 255 less a mean; the stem's weight makes up for the order and for our deviations. Its mean is an image of
/// 224 x 224, ours a color, which differs from that image's average by half a level: there is nothing to make up for.
/// </remarks>
internal sealed class OnnxResNet
{
    private const string Supported = "the ResNet-18 of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18";
    private const string Producer = "CNTK";
    private static readonly int[] Depths = [2, 2, 2]; // blocks of each stage; nothing is used of the last one
    private readonly OnnxGraph _graph;
    private readonly List<FoldedConvolution> _found = [];

    private OnnxResNet(OnnxGraph graph) => _graph = graph;

    /// <summary>The convolutions by the names of this library's layers.</summary>
    /// <exception cref="InvalidDataException">The graph is another one; the message says where it differs.</exception>
    public static IReadOnlyList<FoldedConvolution> Find(OnnxGraph graph)
    {
        if (graph.Producer != Producer)
        {
            throw CheckpointError.Invalid($"the ONNX file was made by {CheckpointError.Quote(graph.Producer)} and has {graph.Nodes.Count} "
                + $"nodes; expected {Supported}, made by '{Producer}'. Of other ONNX files it is not known how they prepare pixels");
        }

        var network = new OnnxResNet(graph);
        network.Walk();
        return network._found;
    }

    private void Walk()
    {
        var map = Relu(Convolve("stem", _graph.Input, side: 7, stride: 2));
        _found[0] = _found[0] with { ReversedInputs = PixelLevels.Deviations };
        map = One(map, "MaxPool 3x3 of stride 2", node => node.Operation == "MaxPool" && IsSized(node, side: 3, stride: 2)).Output;
        foreach (var (stage, depth) in Depths.Index())
        {
            for (var block = 0; block < depth; block++)
                map = Block($"layers.{stage}.{block}.", map, stride: stage > 0 && block == 0 ? 2 : 1);
        }
    }

    private string Block(string name, string map, int stride)
    {
        var inner = Relu(Convolve(name + "conv1", map, side: 3, stride));
        var residual = Convolve(name + "conv2", inner, side: 3, stride: 1);
        var shortcut = stride == 1 ? map : Convolve(name + "shortcut", map, side: 1, stride);
        return Relu(One(residual, $"Add with {CheckpointError.Quote(shortcut)}",
            node => node.Operation == "Add" && node.Inputs.Contains(shortcut)).Output);
    }

    private string Relu(string map) => One(map, "Relu", node => node.Operation == "Relu").Output;

    // With its batch norm; the name of what comes out.
    private string Convolve(string name, string map, int side, int stride)
    {
        var convolution = One(map, $"Conv {side}x{side} of stride {stride} without bias",
            node => node.Operation == "Conv" && node.Inputs.Count == 2 && IsSized(node, side, stride));
        var norm = One(convolution.Output, "BatchNormalization of 4 tensors",
            node => node.Operation == "BatchNormalization" && node.Inputs.Count == 5);
        var weight = Constant(convolution, 1);
        if (weight.Shape.Count != 4 || !weight.Shape.Skip(2).SequenceEqual([side, side])
            || (_found.Count == 0 && weight.Shape[1] != PixelLevels.Deviations.Count))
        {
            throw Misshaped(weight, $"[outputs,{(_found.Count == 0 ? "3" : "inputs")},{side},{side}]");
        }

        OnnxTensor[] parts = [.. Enumerable.Range(1, 4).Select(i => Constant(norm, i))];
        if (parts.FirstOrDefault(part => part.Shape is not [var channels] || channels != weight.Shape[0]) is { } wrong)
            throw Misshaped(wrong, $"[{CheckpointError.List(weight.Shape[0])}]");
        _found.Add(new(name, weight, parts[0], parts[1], parts[2], parts[3], norm.Real("epsilon", 1e-5f)));
        return norm.Output;
    }

    private OnnxTensor Constant(OnnxNode node, int input) => _graph.Tensors.TryGetValue(node.Inputs[input], out var tensor)
        ? tensor.Checked()
        : throw Different(node.Output, $"a constant {CheckpointError.Quote(node.Inputs[input])}", "none");

    private OnnxNode One(string map, string expected, Func<OnnxNode, bool> isExpected)
    {
        var readers = _graph.ReadersOf(map).ToList();
        return readers.Where(isExpected).ToList() is [{ Output.Length: > 0 } only] ? only
            : throw Different(map, $"one {expected}", readers.Count == 0 ? "nothing" : string.Join(", ", readers.Take(5).Select(Describe)));
    }

    // The map's sides are even, so that a last row of padding is never reached with stride 2, and may be missing.
    private static bool IsSized(OnnxNode node, int side, int stride)
    {
        long before = side / 2, atLeast = Math.Max(0, before - stride + 1);
        var pads = node.Numbers("pads", 0, 0, 0, 0);
        return node.Numbers("kernel_shape") is [var height, var width] && height == side && width == side
            && node.Numbers("strides", 1, 1).SequenceEqual([stride, stride])
            && pads.Count == 4 && pads.Take(2).All(pad => pad == before) && pads.Skip(2).All(pad => pad >= atLeast && pad <= before)
            && node.Numbers("dilations", 1, 1).All(dilation => dilation == 1) && node.Numbers("group", 1) is [1]
            && node.Numbers("ceil_mode", 0) is [0] && node.Text("auto_pad", "NOTSET") == "NOTSET";
    }

    private static string Describe(OnnxNode node)
    {
        string Numbers(string name, params long[] otherwise) => CheckpointError.List(node.Numbers(name, otherwise).Take(8));
        var operation = CheckpointError.Quote(node.Operation)[1..^1];
        return !node.Attributes.ContainsKey("kernel_shape") ? operation
            : $"{operation} {Numbers("kernel_shape").Replace(',', 'x')} of stride {Numbers("strides", 1, 1)} "
                + $"with pads {Numbers("pads", 0)}";
    }

    private static InvalidDataException Misshaped(OnnxTensor tensor, string expected) =>
        Different(tensor.Name, $"the shape {expected}", $"[{CheckpointError.List(tensor.Shape.Take(8))}]");

    private static InvalidDataException Different(string where, string expected, string found) => CheckpointError.Invalid(
        $"at {CheckpointError.Quote(where)} the ONNX file has {found}; expected {expected}, as in {Supported}");
}
