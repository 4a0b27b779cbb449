using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SegSam.Checkpoints.Onnx;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>The format of a checkpoint file.</summary>
internal enum CheckpointFormat
{
    /// <summary>torch.save since PyTorch 1.6.</summary>
    TorchZip,

    /// <summary>torch.save before PyTorch 1.6.</summary>
    TorchLegacy,

    /// <summary>A .safetensors file.</summary>
    Safetensors,

    /// <summary>An ONNX file, of which one network is supported: <see cref="OnnxResNet"/>.</summary>
    Onnx,
}

/// <summary>
/// The tensors of a checkpoint of any origin. The file is read as data: nothing named in it is executed, looked up or created.
/// Values are read on demand, from several threads if needed, so the file stays open.
/// </summary>
internal sealed class CheckpointFile : IDisposable
{
    private const int SniffLength = 16;
    private const int MostTensors = 100_000; // our choice, as in pickles
    private readonly FileStream _file;

    private CheckpointFile(FileStream file)
    {
        _file = file;
        Format = Recognize();
        if (Format == CheckpointFormat.Safetensors)
            (Tensors, Metadata) = ReadSafetensors();
        else if (Format == CheckpointFormat.Onnx)
            (Tensors, Skipped) = ReadOnnx();
        else
            (Tensors, Skipped, Wrapper) = ReadPickled();
    }

    /// <summary>The file's name, without its folder.</summary>
    public string Name => Path.GetFileName(_file.Name);

    public CheckpointFormat Format { get; }

    /// <summary>
    /// The tensors of the state dict, in file order. A state dict under 'model', 'state_dict' or 'model_state_dict' is found, and the names
    /// of its tensors omit that prefix. Tensors outside the state dict are not listed. Those of an ONNX file have this library's names.
    /// </summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>Skipped objects as "key: class", such as "optimizer: torch.optim.adam.Adam".</summary>
    public IReadOnlyList<string> Skipped { get; } = [];

    /// <summary>The key under which the state dict was found, such as "model"; null if the whole file is the state dict.</summary>
    public string? Wrapper { get; }

    /// <summary>The metadata of a safetensors file: texts by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a checkpoint. The content determines the format, not the name.</summary>
    /// <exception cref="InvalidDataException">
    /// The file has another format, is damaged, or exceeds a limit; the message says which.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
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

    private CheckpointFormat Recognize()
    {
        Span<byte> start = stackalloc byte[SniffLength];
        start = start[.._file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        _file.Position = 0;
        return start switch
        {
            [(byte)'P', (byte)'K', ..] => CheckpointFormat.TorchZip,
            [0x80, <= 5, ..] => CheckpointFormat.TorchLegacy,
            [_, _, _, _, _, 0, 0, 0, (byte)'{', ..] => CheckpointFormat.Safetensors,
            [0x08, > 0 and < 0x80, 0x12 or 0x3a, ..] => CheckpointFormat.Onnx, // its version, then its producer or its graph
            [] => throw CheckpointError.Invalid("the file is empty"),
            _ => throw CheckpointError.Invalid(
                $"the file begins with {CheckpointError.Quote(Encoding.Latin1.GetString(start))} ({Convert.ToHexString(start)}); "
                + "expected: a checkpoint written by torch.save (.pth, .pt, .bin), a .safetensors file or a ResNet-18 (.onnx). "
                + "A web page or a pointer file may have been downloaded instead"),
        };
    }

    private (List<CheckpointTensor> Tensors, List<string> Skipped, string? Wrapper) ReadPickled()
    {
        var (root, find) = Format == CheckpointFormat.TorchZip ? TorchZip.Read(_file.SafeFileHandle) : TorchLegacy.Read(_file);
        var (tensors, skipped, wrapper) = StateDict.Find(root);
        return (tensors.ConvertAll(tensor => CheckpointTensor.Of(tensor.Name, tensor.Value, find)), skipped, wrapper);
    }

    private (List<CheckpointTensor> Tensors, string[] Skipped) ReadOnnx()
    {
        const string Encoder = "image_encoder.";
        var graph = OnnxReader.Read(_file);
        var layers = OnnxResNet.Find(graph);
        var tensors = layers.SelectMany(layer => (CheckpointTensor[])
        [
            CheckpointTensor.Of($"{Encoder}{layer.Name}.weight", [.. layer.Convolution.Shape], layer.Weight),
            CheckpointTensor.Of($"{Encoder}{layer.Name}.bias", [layer.Convolution.Shape[0]], layer.Bias),
        ]).ToList();
        var used = layers.SelectMany(layer => layer.Parts).Distinct().Count();
        return (tensors, [$"{graph.Tensors.Count - used} of the file's {graph.Tensors.Count} tensors: what follows the third stage"]);
    }

    private (List<CheckpointTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) ReadSafetensors()
    {
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        FileBytes.ReadFully(_file.SafeFileHandle, 0, prefix, "the header's length");
        var entries = SafetensorsHeader.Read(_file, out var metadata);
        if (entries.Count > MostTensors)
            throw SafetensorsHeader.Invalid($"it lists {entries.Count} tensors; at most {MostTensors} are allowed");
        var start = sizeof(long) + BinaryPrimitives.ReadInt64LittleEndian(prefix);
        var (expected, length) = (entries.Count == 0 ? 0 : entries[^1].End, _file.Length - start);
        if (expected != length)
            throw SafetensorsHeader.Invalid($"the header declares {expected} bytes of data, the file holds {length}");
        var data = new FileBytes(_file.SafeFileHandle, "the tensors", start, length, length);
        return ([.. entries.Select(entry => CheckpointTensor.Of(entry, data, entry.Begin))], metadata);
    }
}
