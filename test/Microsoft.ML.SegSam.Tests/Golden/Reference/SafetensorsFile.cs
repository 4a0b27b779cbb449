using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>A .safetensors file read whole: the tests' own reader, so that golden figures do not depend on the library's.</summary>
internal sealed class SafetensorsFile
{
    private readonly byte[] _file;
    private readonly int _dataStart;
    private readonly HashSet<string> _read = [];
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public SafetensorsFile(string path)
    {
        _file = File.ReadAllBytes(path);
        var headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_file));
        _dataStart = 8 + headerLength;
        using var header = JsonDocument.Parse(_file.AsMemory(8, headerLength));
        foreach (var item in header.RootElement.EnumerateObject().Where(item => item.Name != "__metadata__"))
        {
            var range = item.Value.GetProperty("data_offsets");
            _entries.Add(item.Name, new(
                item.Value.GetProperty("dtype").GetString()!,
                [.. item.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())],
                range[0].GetInt32(), range[1].GetInt32()));
        }
    }

    /// <summary>All tensor names, sorted.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Tensors that nobody has asked the numbers of.</summary>
    public IEnumerable<string> Unread => Names.Where(name => !_read.Contains(name));

    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>What stands before <paramref name="suffix"/> in the names that end so: the cases that hold it.</summary>
    public IReadOnlyList<string> CasesWith(string suffix) =>
        [.. Names.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Select(name => name[..^suffix.Length])];

    /// <summary>The dtype as the file names it: F32, F64, I64, U8, BOOL and so on.</summary>
    public string DType(string name) => _entries[name].DType;

    public long[] Shape(string name) => _entries[name].Shape;

    public ReadOnlySpan<byte> Bytes(string name) => Data(name);

    /// <summary>The numbers, row-major; T must be of the dtype's size.</summary>
    public ReadOnlySpan<T> Span<T>(string name) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes(name));

    /// <summary>A new CPU tensor; the caller disposes it.</summary>
    public torch.Tensor Tensor(string name)
    {
        var tensor = torch.empty(Shape(name), dtype: DType(name) switch
        {
            "F64" => torch.ScalarType.Float64,
            "F32" => torch.ScalarType.Float32,
            "F16" => torch.ScalarType.Float16,
            "BF16" => torch.ScalarType.BFloat16,
            "I64" => torch.ScalarType.Int64,
            "I32" => torch.ScalarType.Int32,
            "I16" => torch.ScalarType.Int16,
            "I8" => torch.ScalarType.Int8,
            "U8" => torch.ScalarType.Byte,
            "BOOL" => torch.ScalarType.Bool,
            var other => throw new NotSupportedException($"{name}: dtype {other}."),
        });
        var data = Data(name);
        if (data.Length > 0)
            tensor.bytes = data;
        return tensor;
    }

    private Span<byte> Data(string name)
    {
        var entry = _entries[name];
        _read.Add(name);
        return _file.AsSpan(_dataStart)[entry.Start..entry.End];
    }

    private readonly record struct Entry(string DType, long[] Shape, int Start, int End);
}
