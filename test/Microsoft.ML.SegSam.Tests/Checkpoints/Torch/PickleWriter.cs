using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Torch;

/// <summary>Writes pickles opcode by opcode: honest ones as torch.save does, and any other.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public static PickleWriter Protocol2() => new PickleWriter().Raw(0x80, 2);

    public byte[] Stop() => Op('.')._bytes.ToArray();

    public PickleWriter Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(string codes) => Raw(Encoding.Latin1.GetBytes(codes));

    public PickleWriter Op(char code) => Raw((byte)code);

    public PickleWriter Times(int count, string codes)
    {
        for (var i = 0; i < count; i++)
            Op(codes);
        return this;
    }

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').UInt32((uint)bytes.Length).Raw(bytes);
    }

    public PickleWriter UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    /// <summary>LONG1 of eight bytes.</summary>
    public PickleWriter Long(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleWriter Tuple(params long[] values)
    {
        Op('(');
        foreach (var value in values)
            Long(value);
        return Op('t');
    }

    public PickleWriter Storage(string type, string key, long count, bool legacy = false)
    {
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Long(count);
        return Op(legacy ? "NtQ" : "tQ");
    }

    /// <summary>A call of _rebuild_tensor_v2.</summary>
    public PickleWriter Tensor(SavedTensor tensor, bool legacy = false) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(tensor.Type, tensor.Key, tensor.Count, legacy).Long(tensor.Offset)
            .Tuple(tensor.Shape).Tuple(tensor.Strides).Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    /// <summary>An OrderedDict of tensors.</summary>
    public PickleWriter Tensors(IEnumerable<SavedTensor> tensors, bool legacy = false)
    {
        Global("collections", "OrderedDict").Op(")R(");
        foreach (var tensor in tensors)
            Text(tensor.Name).Tensor(tensor, legacy);
        return Op('u');
    }
}

/// <summary>A tensor as a pickle names it; nothing needs to be true.</summary>
public sealed record SavedTensor(string Name, string Type, string Key, long Count, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>An honest 2 x 3 matrix on a storage of six floats.</summary>
    public static SavedTensor Matrix { get; } = new("w", "FloatStorage", "0", 6, 0, [2, 3], [3, 1]);
}
