using System.Text;
using Microsoft.ML.SegSam.Storage;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>The zip that torch.save writes since PyTorch 1.6: a folder with data.pkl and one entry for each storage in data/.</summary>
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
            throw BadCheckpoint.Because($"{Pickle} has {pickle.Length} bytes; at most {PickleInput.LargestPickle} are allowed");
        var found = new Dictionary<string, FileBytes>(StringComparer.Ordinal); // shared storages are looked up, and inflated, once
        return (PickleReader.Read(new MemoryStream(pickle.ReadAll())), storage =>
            found.TryGetValue(storage.Key, out var bytes) ? bytes : found[storage.Key] = zip.Find($"{folder}data/{storage.Key}")
                ?? throw BadCheckpoint.Because($"the zip holds no entry {BadCheckpoint.Quote($"{folder}data/{storage.Key}")}, which a tensor needs"));
    }

    private static string Folder(ZipEntries zip)
    {
        string[] found = [.. zip.Names.Where(name => name == Pickle || name.EndsWith("/" + Pickle, StringComparison.Ordinal))];
        return found switch
        {
            [var only] => only[..^Pickle.Length],
            [] => throw BadCheckpoint.Because($"the file is a zip without {Pickle}, which torch.save would have written; it holds "
                + $"{string.Join(", ", zip.Names.Take(5).Select(BadCheckpoint.Quote))}. Models saved by ML.NET are loaded with ml.Model.Load"),
            _ => throw BadCheckpoint.Because($"the zip holds {found.Length} entries {Pickle}, expected one"),
        };
    }

    private static void CheckByteOrder(FileBytes? entry)
    {
        if (entry is null)
            return; // PyTorch before 2.1 wrote none, on machines that are little-endian
        var order = entry.Length <= 16 ? Encoding.Latin1.GetString(entry.ReadAll()) : "something long";
        if (order != "little")
            throw BadCheckpoint.Because($"its numbers are {BadCheckpoint.Quote(order)}-endian, expected 'little'; save it anew on an ordinary machine");
    }
}
