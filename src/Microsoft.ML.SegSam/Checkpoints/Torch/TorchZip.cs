using System.Text;
using Microsoft.ML.SegSam.Storage;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>
/// The zip that torch.save has written since PyTorch 1.6: a folder with data.pkl and one entry for each storage in data/.
/// </summary>
internal static class TorchZip
{
    private const string Pickle = "data.pkl";

    public static (object? Root, Func<PickleStorage, FileBytes> Find) Read(SafeFileHandle file)
    {
        var zip = new ZipEntries(file);
        var folder = Folder(zip);
        CheckByteOrder(zip.Find(folder + "byteorder"));
        var pickle = zip.Find(folder + Pickle)!;
        if (pickle.Length > PickleInput.LargestPickle)
            throw CheckpointError.Invalid($"{Pickle} has {pickle.Length} bytes; at most {PickleInput.LargestPickle} are allowed");
        var storages = new Dictionary<string, FileBytes>(StringComparer.Ordinal); // shared storages are looked up, and inflated, once
        return (PickleReader.Read(new MemoryStream(pickle.ReadAll())), Find);

        FileBytes Find(PickleStorage storage)
        {
            var name = $"{folder}data/{storage.Key}";
            return storages.TryGetValue(storage.Key, out var bytes) ? bytes : storages[storage.Key] = zip.Find(name)
                ?? throw CheckpointError.Invalid($"the zip holds no entry {CheckpointError.Quote(name)}, which a tensor needs");
        }
    }

    private static string Folder(ZipEntries zip)
    {
        string[] pickles = [.. zip.Names.Where(name => name == Pickle || name.EndsWith("/" + Pickle, StringComparison.Ordinal))];
        return pickles switch
        {
            [var only] => only[..^Pickle.Length],
            [] => throw CheckpointError.Invalid($"the file is a zip without {Pickle}, which torch.save would have written; found "
                + $"{string.Join(", ", zip.Names.Take(5).Select(CheckpointError.Quote))}. Load models saved by ML.NET with ml.Model.Load"),
            _ => throw CheckpointError.Invalid($"the zip holds {pickles.Length} entries {Pickle}, expected one"),
        };
    }

    private static void CheckByteOrder(FileBytes? entry)
    {
        if (entry is null)
            return; // PyTorch before 2.1 wrote none, on little-endian machines
        var order = entry.Length <= 16 ? Encoding.Latin1.GetString(entry.ReadAll()) : "unknown";
        if (order != "little")
            throw CheckpointError.Invalid($"its numbers are {CheckpointError.Quote(order)}-endian, expected 'little'; save it again on a "
                + "little-endian machine");
    }
}
