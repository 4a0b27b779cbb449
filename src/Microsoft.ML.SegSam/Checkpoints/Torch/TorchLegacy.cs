using System.Buffers.Binary;
using System.Numerics;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>The format before PyTorch 1.6: five pickles one after another, then the storages: 8 bytes of count, then the numbers.</summary>
internal static class TorchLegacy
{
    private const long Protocol = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", null); // 0x1950a86a20f9469cfc6c

    public static (object? Root, Func<PickleStorage, FileBytes> Find) Read(FileStream file)
    {
        if (PickleReader.Read(file) is not BigInteger magic || magic != Magic)
            throw BadCheckpoint.Because("the file is a pickle and not one of torch.save: its magic number is missing. Save the weights with torch.save or as safetensors");
        if (PickleReader.Read(file) is not Protocol)
            throw BadCheckpoint.Because($"the old format's protocol is not {Protocol}");
        if (PickleReader.Read(file) is not PickleDict system || system.Pairs.Any(pair => pair is ("little_endian", not true)))
            throw BadCheckpoint.Because("the file was written on a big-endian machine, or does not say on which; save it anew on an ordinary one");
        var root = PickleReader.Read(file, out var used);
        if (PickleReader.Read(file) is not PickleList keys)
            throw BadCheckpoint.Because("the list of storages is missing");
        var storages = Places(file, keys, used);
        return (root, storage => storages.TryGetValue(storage.Key, out var bytes) ? bytes
            : throw BadCheckpoint.Because($"the file holds no storage {BadCheckpoint.Quote(storage.Key)}, which a tensor needs"));
    }

    private static Dictionary<string, FileBytes> Places(FileStream file, PickleList keys, Dictionary<string, PickleStorage> used)
    {
        var places = new Dictionary<string, FileBytes>(StringComparer.Ordinal);
        var offset = file.Position;
        Span<byte> prefix = stackalloc byte[8];
        foreach (var key in keys.Items)
        {
            var name = key as string ?? throw BadCheckpoint.Because("a storage's key is no text");
            if (!used.TryGetValue(name, out var storage))
                throw BadCheckpoint.Because($"the size of the storage {BadCheckpoint.Quote(name)} is unknown: nothing uses it");
            var what = "the storage " + BadCheckpoint.Quote(name);
            FileBytes.ReadFully(file.SafeFileHandle, offset, prefix, what);
            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.Count)
                throw BadCheckpoint.Because($"{what} has {count} elements where it lies, {storage.Count} where it is used");
            var bytes = (Int128)count * StorageTypes.Of(storage).Size;
            if (offset + 8 + bytes > file.Length)
                throw BadCheckpoint.Because($"{what} needs {bytes} bytes, the file holds {file.Length - offset - 8}; it is cut short");
            if (!places.TryAdd(name, new(file.SafeFileHandle, what, offset + 8, (long)bytes, (long)bytes)))
                throw BadCheckpoint.Because($"{what} occurs twice");
            offset += 8 + (long)bytes;
        }

        return places;
    }
}
