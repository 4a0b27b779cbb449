using System.Text;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>
/// Writes an ONNX file (protocol buffers, by hand) whose nodes and tensors a test names; fields are numbered as in onnx.proto.
/// </summary>
internal sealed class TinyOnnx
{
    private const int Float = 1, Int64 = 7;
    private readonly List<(int Field, byte[] Message)> _graph = [(2, Encoding.UTF8.GetBytes("tiny"))];

    /// <summary>A node with lists of whole numbers as its attributes.</summary>
    public TinyOnnx Node(string operation, string[] inputs, string output, params (string Name, long[] Values)[] attributes)
    {
        using var node = new MemoryStream();
        foreach (var input in inputs)
            Bytes(node, 1, Encoding.UTF8.GetBytes(input));
        Text(node, 2, output);
        Text(node, 4, operation);
        foreach (var list in attributes)
            Bytes(node, 5, Message(stream =>
            {
                Text(stream, 1, list.Name);
                foreach (var value in list.Values)
                    Number(stream, 8, value);
                Number(stream, 20, 7); // INTS
            }));
        _graph.Add((1, node.ToArray()));
        return this;
    }

    /// <summary>A constant matrix of floats.</summary>
    public TinyOnnx Table(string name, float[][] rows) => Floats(name, [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

    /// <summary>A constant tensor of floats, as raw bytes, or as packed numbers.</summary>
    public TinyOnnx Floats(string name, long[] shape, float[] values, bool raw = true) => Add(5, stream =>
    {
        foreach (var side in shape)
            Number(stream, 1, side);
        Number(stream, 2, Float);
        if (raw)
            Text(stream, 8, name);
        Bytes(stream, raw ? 9 : 4, [.. values.SelectMany(BitConverter.GetBytes)]);
        if (!raw)
            Text(stream, 8, name);
    });

    /// <summary>A constant whole number.</summary>
    public TinyOnnx Index(string name, long value) => Add(5, stream =>
    {
        Number(stream, 2, Int64);
        Text(stream, 8, name);
        Bytes(stream, 9, BitConverter.GetBytes(value));
    });

    /// <param name="name">Of whole numbers.</param>
    /// <param name="shape">-1 is left open.</param>
    public TinyOnnx Input(string name, params long[] shape) => Add(11, Value(name, Int64, shape));

    /// <param name="name">Of floats.</param>
    /// <param name="shape">-1 is left open.</param>
    public TinyOnnx Output(string name, params long[] shape) => Add(12, Value(name, Float, shape));

    /// <summary>An input of floats.</summary>
    public TinyOnnx FloatInput(string name, params long[] shape) => Add(11, Value(name, Float, shape));

    public void Save(string path) => File.WriteAllBytes(path, ToArray());

    public byte[] ToArray(string? producer = null) => Message(stream =>
    {
        Number(stream, 1, 8); // IR version
        if (producer is not null)
            Text(stream, 2, producer);
        Bytes(stream, 7, Graph());
        Bytes(stream, 8, Message(set => Number(set, 2, 13))); // operators of version 13
    });

    /// <summary>The bytes of an ONNX file that gives out more of its values: a message that comes twice in a file is joined.</summary>
    public static byte[] WithOutput(byte[] file, string name, params long[] shape)
    {
        using var stream = new MemoryStream();
        Bytes(stream, 7, new TinyOnnx().Output(name, shape).Graph());
        return [.. file, .. stream.ToArray()];
    }

    private byte[] Graph() => Message(stream => _graph.ForEach(part => Bytes(stream, part.Field, part.Message)));

    private TinyOnnx Add(int field, Action<MemoryStream> write)
    {
        _graph.Add((field, Message(write)));
        return this;
    }

    private static Action<MemoryStream> Value(string name, int type, long[] shape) => stream =>
    {
        Text(stream, 1, name);
        Bytes(stream, 2, Message(of => Bytes(of, 1, Message(tensor =>
        {
            Number(tensor, 1, type);
            Bytes(tensor, 2, Message(sizes =>
            {
                foreach (var size in shape)
                    Bytes(sizes, 1, Message(one =>
                    {
                        if (size >= 0)
                            Number(one, 1, size);
                    }));
            }));
        }))));
    };

    private static byte[] Message(Action<MemoryStream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static void Text(MemoryStream stream, int field, string text) => Bytes(stream, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream stream, int field, byte[] bytes)
    {
        Varint(stream, (ulong)field << 3 | 2);
        Varint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Number(MemoryStream stream, int field, long value)
    {
        Varint(stream, (ulong)field << 3);
        Varint(stream, (ulong)value);
    }

    private static void Varint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
