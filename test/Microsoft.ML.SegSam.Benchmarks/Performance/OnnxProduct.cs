using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>ONNX Runtime's rate at float32 matrix products, with all threads: another library's word on what the machine can do.</summary>
internal sealed class OnnxProduct : IDisposable
{
    private const int Side = Yardstick.Side;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue[] _operands, _product;

    public OnnxProduct()
    {
        using var options = new SessionOptions { IntraOpNumThreads = Environment.ProcessorCount };
        _session = new(Model(), options);
        var random = new Random(1);
        (_operands, _product) = ([Matrix(), Matrix()], [Matrix()]);
        FlopsPerSecond();

        OrtValue Matrix() =>
            OrtValue.CreateTensorValueFromMemory(
                [.. Enumerable.Range(0, Side * Side).Select(_ => random.NextSingle() - 0.5f)],
                [Side, Side]);
    }

    public double FlopsPerSecond() => Yardstick.FlopsPerSecond(() => _session.Run(_run, ["a", "b"], _operands, ["c"], _product));

    public void Dispose()
    {
        foreach (var value in _operands.Concat(_product))
            value.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    // A model of one node in protocol buffers, numbered as in onnx.proto; shapes are left open.
    private static byte[] Model()
    {
        byte[] node = [.. Field(1, "a"u8), .. Field(1, "b"u8), .. Field(2, "c"u8), .. Field(4, "MatMul"u8)];
        byte[] graph = [.. Field(1, node), .. Field(2, "product"u8),
            .. Field(11, Floats("a"u8)), .. Field(11, Floats("b"u8)), .. Field(12, Floats("c"u8))];
        return [0x08, 8, .. Field(7, graph), .. Field(8, [0x10, 13])]; // version 8 of the format, 13 of the operators
    }

    private static byte[] Floats(ReadOnlySpan<byte> name) => [.. Field(1, name), .. Field(2, Field(1, [0x08, 1]))];

    private static byte[] Field(int number, ReadOnlySpan<byte> content) =>
        [(byte)(number << 3 | 2), checked((byte)content.Length), .. content];
}
