using Google.Protobuf;
using Microsoft.ML.SegSam.Storage;
using static Google.Protobuf.WireFormat;

namespace Microsoft.ML.SegSam.Checkpoints.Onnx;

/// <summary>Reads an ONNX file as data: what its graph computes, and where its constants are.</summary>
/// <remarks>
/// Protobuf's own reader takes the bytes apart; the numbers of fields are those of onnx.proto. The classes that a compiler makes of
/// onnx.proto would be shorter to use, but turn every 2 bytes of a malicious file into an object of 400: here only what is needed becomes
/// an object, and the number of objects has a limit.
/// </remarks>
internal sealed class OnnxReader : IDisposable
{
    private const int MostParts = 100_000;      // our choice, as in pickles: nodes, settings, names, numbers; ResNet-18 has some 1,500
    private const long LargestFile = 256 << 20; // our choice; ResNet-18 has 64 MB
    private const int Float32 = 1;              // TensorProto.DataType
    private readonly FileStream _file;
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, OnnxTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _inputs = [];
    private CodedInputStream _input;
    private string _producer = "";
    private long _end; // of the message that is being read
    private int _parts;

    private OnnxReader(FileStream file)
    {
        _file = file;
        _end = file.Length;
        _input = new(file, leaveOpen: true);
    }

    /// <param name="file">At its begin; must stay open until the constants are read.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or larger than any network that is supported.</exception>
    public static OnnxGraph Read(FileStream file)
    {
        if (file.Length > LargestFile)
        {
            throw CheckpointError.Invalid($"the ONNX file has {file.Length} bytes; at most {LargestFile} are allowed, "
                + "and the supported ResNet-18 has 64 MB");
        }

        try
        {
            using var reader = new OnnxReader(file);
            return reader.Model();
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw CheckpointError.Invalid("the file begins like an ONNX file, but cannot be read to its end; it is damaged, truncated, "
                + $"or of another kind ({failure.Message.TrimEnd('.')})");
        }
    }

    public void Dispose() => _input.Dispose();

    private OnnxGraph Model()
    {
        Fields((field, type) => (field, type) switch
        {
            (2, WireType.LengthDelimited) => Set(ref _producer, Text()),
            (7, WireType.LengthDelimited) => Message(Graph),
            _ => false,
        });
        return new(_producer, _inputs.FirstOrDefault(name => !_tensors.ContainsKey(name)) ?? "", _nodes, _tensors);
    }

    private bool Graph(int field, WireType type) => (field, type) switch
    {
        (1, WireType.LengthDelimited) => Node(),
        (5, WireType.LengthDelimited) => Tensor(),
        (11, WireType.LengthDelimited) => Input(),
        _ => false,
    };

    private bool Node()
    {
        var (operation, output, inputs) = ("", "", new List<string>());
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        Message((field, type) => (field, type) switch
        {
            (1, WireType.LengthDelimited) => Add(inputs, Text()),
            (2, WireType.LengthDelimited) when output.Length == 0 => Set(ref output, Text()), // no step that is needed makes two values
            (4, WireType.LengthDelimited) => Set(ref operation, Text()),
            (5, WireType.LengthDelimited) => Attribute(attributes),
            _ => false,
        });
        return Add(_nodes, new(operation, inputs, output, attributes));
    }

    private bool Attribute(Dictionary<string, OnnxAttribute> attributes)
    {
        var (name, real, text, numbers) = ("", 0f, "", new List<long>());
        Message((field, type) => (field, type) switch
        {
            (1, WireType.LengthDelimited) => Set(ref name, Text()),
            (2, WireType.Fixed32) => Set(ref real, _input.ReadFloat()),
            (3 or 8, _) => Numbers(numbers, type),
            (4, WireType.LengthDelimited) => Set(ref text, Text()),
            _ => false,
        });
        attributes[name] = new(real, text, numbers);
        return Count();
    }

    private bool Tensor()
    {
        var (name, shape, isFloat, values) = ("", new List<long>(), false, (FileBytes?)null);
        Message((field, type) => (field, type) switch
        {
            (1, _) => Numbers(shape, type),
            (2, WireType.Varint) => Set(ref isFloat, _input.ReadInt32() == Float32),
            (4 or 9, WireType.LengthDelimited) => Set(ref values, Section()), // packed floats and raw data are the same bytes
            (8, WireType.LengthDelimited) => Set(ref name, Text()),
            _ => false,
        });
        return _tensors.TryAdd(name, new(name, shape, isFloat, values)) ? Count()
            : throw CheckpointError.Invalid($"the ONNX file has two tensors with the name {CheckpointError.Quote(name)}");
    }

    private bool Input()
    {
        var name = "";
        Message((field, type) => (field, type) == (1, WireType.LengthDelimited) && Set(ref name, Text()));
        return Add(_inputs, name);
    }

    // The reader goes on behind the bytes, which are read when they are needed.
    private FileBytes Section()
    {
        var end = End();
        var (begin, length) = (_input.Position, end - _input.Position);
        _file.Position = end;
        _input.Dispose();
        _input = new(_file, leaveOpen: true);
        return new(_file.SafeFileHandle, "a tensor of the ONNX file", begin, length, length);
    }

    private string Text() => Count() ? _input.ReadString() : "";

    // One by one, or packed into one field.
    private bool Numbers(List<long> numbers, WireType type)
    {
        if (type == WireType.Varint)
            return Add(numbers, _input.ReadInt64());
        if (type != WireType.LengthDelimited)
            return false;
        for (var end = End(); _input.Position < end;)
            Add(numbers, _input.ReadInt64());
        return true;
    }

    private bool Message(Func<int, WireType, bool> read)
    {
        var outer = _end;
        _end = End();
        Fields(read);
        _end = outer;
        return true;
    }

    /// <param name="read">Reads a field and says so; what it does not read is skipped.</param>
    private void Fields(Func<int, WireType, bool> read)
    {
        while (_input.Position < _end)
        {
            var tag = _input.ReadTag();
            if (!read(GetTagFieldNumber(tag), GetTagWireType(tag)))
                _input.SkipLastField();
        }

        if (_input.Position != _end)
            throw CheckpointError.Invalid($"a part of the ONNX file extends beyond its end at byte {_end}");
    }

    private long End()
    {
        var length = _input.ReadLength();
        var left = _end - _input.Position;
        return length >= 0 && length <= left ? _input.Position + length : throw CheckpointError.Invalid("the ONNX file is damaged or "
            + $"truncated: {(uint)length} bytes are declared at byte {_input.Position}, where {Math.Max(0, left)} are left");
    }

    private bool Add<T>(List<T> list, T item)
    {
        list.Add(item);
        return Count();
    }

    private static bool Set<T>(ref T field, T value)
    {
        field = value;
        return true;
    }

    private bool Count() => ++_parts <= MostParts ? true
        : throw CheckpointError.Invalid($"the ONNX file has more than {MostParts} nodes, names and numbers");
}
