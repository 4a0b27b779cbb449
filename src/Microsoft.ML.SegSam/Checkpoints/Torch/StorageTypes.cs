using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>PyTorch's storage classes and the element types they stand for.</summary>
internal static class StorageTypes
{
    private static readonly Dictionary<string, (ScalarType Type, int Size)> Known = new(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = (ScalarType.Float64, 8), ["FloatStorage"] = (ScalarType.Float32, 4),
        ["HalfStorage"] = (ScalarType.Float16, 2), ["BFloat16Storage"] = (ScalarType.BFloat16, 2),
        ["LongStorage"] = (ScalarType.Int64, 8), ["IntStorage"] = (ScalarType.Int32, 4), ["ShortStorage"] = (ScalarType.Int16, 2),
        ["CharStorage"] = (ScalarType.Int8, 1), ["ByteStorage"] = (ScalarType.Byte, 1), ["BoolStorage"] = (ScalarType.Bool, 1),
    };

    /// <exception cref="InvalidDataException">A type that is not read, such as complex or quantized numbers.</exception>
    public static (ScalarType Type, int Size) Of(PickleStorage storage) => Known.TryGetValue(storage.TypeName, out var found) ? found
        : throw BadCheckpoint.Because($"it stores numbers of the type torch.{BadCheckpoint.Quote(storage.TypeName)}; read are {string.Join(", ", Known.Keys)}");

    /// <exception cref="NotSupportedException">A type that is not written, such as complex or quantized numbers.</exception>
    public static string NameOf(ScalarType type) => Known.FirstOrDefault(known => known.Value.Type == type).Key
        ?? throw new NotSupportedException($"Tensors of the type {type} are not written; written are {string.Join(", ", Known.Values.Select(known => known.Type))}.");

    public static int SizeOf(ScalarType type) => Known.Values.First(known => known.Type == type).Size;
}
