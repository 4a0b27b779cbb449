using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>How a checkpoint is written.</summary>
internal enum CheckpointFormat
{
    /// <summary>torch.save since PyTorch 1.6.</summary>
    TorchZip,

    /// <summary>torch.save before PyTorch 1.6.</summary>
    TorchLegacy,

    /// <summary>A .safetensors file.</summary>
    Safetensors,
}

/// <summary>
/// The tensors of a checkpoint that somebody else wrote. The file is read as data: nothing named in it is run, looked up or made.
/// Numbers are read when they are asked for, also by several threads at once; until then the file stays open.
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    private const int SniffLength = 16;
    private const int MostTensors = 100_000; // our choice, as in pickles
    private readonly FileStream _file;

    private CheckpointFile(FileStream file)
    {
        _file = file;
        Format = Recognise();
        if (Format == CheckpointFormat.Safetensors)
            (Tensors, Metadata) = ReadSafetensors();
        else
            (Tensors, Skipped, Wrapper) = ReadPickled();
    }

    /// <summary>The file's name, without its folder.</summary>
    public string Name => Path.GetFileName(_file.Name);

    public CheckpointFormat Format { get; }

    /// <summary>
    /// The tensors of the state dict, in the file's order. A state dict under 'model', 'state_dict' or 'model_state_dict' is found,
    /// and its tensors' names are without that prefix; tensors beside it are not listed.
    /// </summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>Objects passed over: "key: class", such as "optimizer: torch.optim.adam.Adam".</summary>
    public IReadOnlyList<string> Skipped { get; } = [];

    /// <summary>The key under which the state dict was found, such as "model"; null where it is the whole.</summary>
    public string? Wrapper { get; }

    /// <summary>What a safetensors file says of itself: its texts by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a checkpoint; its content tells the format, not its name.</summary>
    /// <exception cref="InvalidDataException">The file is of another format, damaged, or beyond the limits; the message says which.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static CheckpointFile Open(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            return new(file);
        }
        catch (InvalidDataException failure)
        {
            file.Dispose();
            throw new InvalidDataException($"{Path.GetFileName(path)}: {failure.Message}", failure);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private CheckpointFormat Recognise()
    {
        Span<byte> start = stackalloc byte[SniffLength];
        start = start[.._file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        _file.Position = 0;
        return start switch
        {
            [(byte)'P', (byte)'K', ..] => CheckpointFormat.TorchZip,
            [0x80, <= 5, ..] => CheckpointFormat.TorchLegacy,
            [_, _, _, _, _, 0, 0, 0, (byte)'{', ..] => CheckpointFormat.Safetensors,
            [] => throw BadCheckpoint.Because("the file is empty"),
            _ => throw BadCheckpoint.Because($"the file begins with {BadCheckpoint.Quote(Encoding.Latin1.GetString(start))} ({Convert.ToHexString(start)}); expected is a "
                + "checkpoint of torch.save (.pth, .pt, .bin) or a .safetensors file. A page or a pointer file may have been fetched in its place"),
        };
    }

    private (List<CheckpointTensor> Tensors, List<string> Skipped, string? Wrapper) ReadPickled()
    {
        var (root, find) = Format == CheckpointFormat.TorchZip ? TorchZip.Read(_file.SafeFileHandle) : TorchLegacy.Read(_file);
        var (tensors, skipped, wrapper) = StateDict.Find(root);
        return (tensors.ConvertAll(tensor => CheckpointTensor.Of(tensor.Name, tensor.Value, find)), skipped, wrapper);
    }

    private (List<CheckpointTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) ReadSafetensors()
    {
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        FileBytes.ReadFully(_file.SafeFileHandle, 0, prefix, "the header's length");
        var entries = SafetensorsHeader.Read(_file, out var metadata);
        if (entries.Count > MostTensors)
            throw SafetensorsHeader.Broken($"it lists {entries.Count} tensors; at most {MostTensors} are allowed");
        var start = sizeof(long) + BinaryPrimitives.ReadInt64LittleEndian(prefix);
        var (expected, found) = (entries.Count == 0 ? 0 : entries[^1].End, _file.Length - start);
        if (expected != found)
            throw SafetensorsHeader.Broken($"the header tells of {expected} bytes of numbers, the file holds {found}");
        var data = new FileBytes(_file.SafeFileHandle, "the tensors", start, found, found);
        return ([.. entries.Select(entry => CheckpointTensor.Of(entry, data, entry.Begin))], metadata);
    }
}
