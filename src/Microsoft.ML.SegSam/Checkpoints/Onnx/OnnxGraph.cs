using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Onnx;

/// <summary>What an ONNX file computes, and the constants that it computes with.</summary>
/// <param name="Producer">The program that wrote the file.</param>
/// <param name="Input">Name of the first input that is not a constant; empty if there is none.</param>
/// <param name="Nodes">The steps of the computation.</param>
/// <param name="Tensors">The constants by name; their values are in the file.</param>
internal sealed record OnnxGraph(
    string Producer, string Input, IReadOnlyList<OnnxNode> Nodes, IReadOnlyDictionary<string, OnnxTensor> Tensors)
{
    private readonly ILookup<string, OnnxNode> _readers = Nodes
        .SelectMany(node => node.Inputs.Distinct().Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);

    /// <summary>The steps that read a value.</summary>
    public IEnumerable<OnnxNode> ReadersOf(string value) => _readers[value];
}

/// <summary>One step: an operation, the names of what it reads and makes, and its settings.</summary>
internal sealed record OnnxNode(
    string Operation, IReadOnlyList<string> Inputs, string Output, IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>A setting of whole numbers.</summary>
    public IReadOnlyList<long> Numbers(string name, params long[] otherwise) =>
        Attributes.TryGetValue(name, out var found) ? found.Numbers : otherwise;

    public float Real(string name, float otherwise) => Attributes.TryGetValue(name, out var found) ? found.Real : otherwise;

    public string Text(string name, string otherwise) => Attributes.TryGetValue(name, out var found) ? found.Text : otherwise;
}

/// <summary>The value of a setting, of which one of three kinds is given.</summary>
internal sealed record OnnxAttribute(float Real, string Text, IReadOnlyList<long> Numbers);

/// <summary>A constant whose values stay in the file until they are read.</summary>
/// <param name="IsFloat">Whether it holds float32 numbers, row-major, each of 4 bytes.</param>
internal sealed record OnnxTensor(string Name, IReadOnlyList<long> Shape, bool IsFloat, FileBytes? Values)
{
    /// <summary>The tensor itself, which <see cref="Read"/> can then read.</summary>
    /// <exception cref="InvalidDataException">The numbers are of another type, are in another file, or do not fit the shape.</exception>
    public OnnxTensor Checked()
    {
        if (!IsFloat || Values is null)
        {
            throw CheckpointError.Invalid($"the ONNX file's tensor {CheckpointError.Quote(Name)} holds "
                + $"{(IsFloat ? "no numbers, which may be in another file" : "other numbers than float32")}; expected float32 numbers");
        }

        var bytes = Shape.Aggregate((Int128)sizeof(float),
            (product, side) => side >= 0 && product >= 0 && product <= int.MaxValue ? product * side : -1);
        return bytes == Values.Length ? this : throw CheckpointError.Invalid($"the ONNX file's tensor {CheckpointError.Quote(Name)} "
            + $"of shape [{CheckpointError.List(Shape)}] has {Values.Length} bytes of numbers; expected 4 for each");
    }

    public float[] Read()
    {
        var values = new float[Values!.Length / sizeof(float)];
        Values.Read(0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
