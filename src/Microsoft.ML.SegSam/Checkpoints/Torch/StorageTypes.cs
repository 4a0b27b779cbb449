using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>PyTorch's storage classes and their element types.</summary>
internal static class StorageTypes
{
    private static readonly Dictionary<string, (ScalarType Type, int Size)> Known = new(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = (ScalarType.Float64, 8), ["FloatStorage"] = (ScalarType.Float32, 4),
        ["HalfStorage"] = (ScalarType.Float16, 2), ["BFloat16Storage"] = (ScalarType.BFloat16, 2),
        ["LongStorage"] = (ScalarType.Int64, 8), ["IntStorage"] = (ScalarType.Int32, 4), ["ShortStorage"] = (ScalarType.Int16, 2),
        ["CharStorage"] = (ScalarType.Int8, 1), ["ByteStorage"] = (ScalarType.Byte, 1), ["BoolStorage"] = (ScalarType.Bool, 1),
    };

    /// <exception cref="InvalidDataException">The type is not supported, such as complex or quantized numbers.</exception>
    public static (ScalarType Type, int Size) Of(PickleStorage storage) => Known.TryGetValue(storage.TypeName, out var type)
        ? type
        : throw CheckpointError.Invalid(
            $"it stores numbers of the unsupported type torch.{CheckpointError.Quote(storage.TypeName)}; supported: "
                + $"{string.Join(", ", Known.Keys)}");

    /// <exception cref="NotSupportedException">The type is not supported, such as complex or quantized numbers.</exception>
    public static string NameOf(ScalarType type) => Known.FirstOrDefault(known => known.Value.Type == type).Key
        ?? throw new NotSupportedException(
            $"Tensors of the type {type} cannot be written; supported: {string.Join(", ", Known.Values.Select(known => known.Type))}.");

    public static int SizeOf(ScalarType type) => Known.Values.First(known => known.Type == type).Size;
}
