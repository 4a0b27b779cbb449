using System.Buffers.Binary;
using System.Numerics;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>
/// The format before PyTorch 1.6: five pickles one after another, then the storages, each as 8 bytes of count and its values.
/// </summary>
internal static class TorchLegacy
{
    private const long Protocol = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", null); // 0x1950a86a20f9469cfc6c

    public static (object? Root, Func<PickleStorage, FileBytes> Find) Read(FileStream file)
    {
        if (PickleReader.Read(file) is not BigInteger magic || magic != Magic)
            throw CheckpointError.Invalid("the file is a pickle but was not written by torch.save: its magic number is missing. "
                + "Save the weights with torch.save or as safetensors");
        if (PickleReader.Read(file) is not Protocol)
            throw CheckpointError.Invalid($"the protocol of the old format is not {Protocol}");
        if (PickleReader.Read(file) is not PickleDict system || system.Pairs.Any(pair => pair is ("little_endian", not true)))
            throw CheckpointError.Invalid("the file was written on a big-endian machine, or does not state its byte order; "
                + "save it again on a little-endian machine");
        var root = PickleReader.Read(file, out var used);
        if (PickleReader.Read(file) is not PickleList keys)
            throw CheckpointError.Invalid("the list of storages is missing");
        var storages = Places(file, keys, used);
        return (root, storage => storages.TryGetValue(storage.Key, out var bytes) ? bytes
            : throw CheckpointError.Invalid($"the file holds no storage {CheckpointError.Quote(storage.Key)}, which a tensor needs"));
    }

    private static Dictionary<string, FileBytes> Places(FileStream file, PickleList keys, Dictionary<string, PickleStorage> used)
    {
        var places = new Dictionary<string, FileBytes>(StringComparer.Ordinal);
        var offset = file.Position;
        Span<byte> prefix = stackalloc byte[8];
        foreach (var key in keys.Items)
        {
            var name = key as string ?? throw CheckpointError.Invalid("a storage's key is not a text");
            if (!used.TryGetValue(name, out var storage))
                throw CheckpointError.Invalid($"the size of the storage {CheckpointError.Quote(name)} is unknown: nothing uses it");
            var what = "the storage " + CheckpointError.Quote(name);
            FileBytes.ReadFully(file.SafeFileHandle, offset, prefix, what);
            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.Count)
                throw CheckpointError.Invalid($"{what} has {count} elements where it is stored, but {storage.Count} where it is used");
            var bytes = (Int128)count * StorageTypes.Of(storage).Size;
            if (offset + 8 + bytes > file.Length)
                throw CheckpointError.Invalid($"{what} needs {bytes} bytes, the file holds {file.Length - offset - 8}; it is truncated");
            if (!places.TryAdd(name, new(file.SafeFileHandle, what, offset + 8, (long)bytes, (long)bytes)))
                throw CheckpointError.Invalid($"{what} occurs twice");
            offset += 8 + (long)bytes;
        }

        return places;
    }
}
