using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Options;
using SegSam.Cli.Tables;

namespace SegSam.Cli;

/// <summary>Loads a model (.zip) or published weights, recognized by their content, not by their names.</summary>
internal static class ModelFile
{
    public const string Kinds = "a model (.zip) or published weights (.pth, .pt, .ckpt, .bin, .safetensors)";

    /// <summary>Whether a file is a model rather than weights. For a damaged file, the extension decides.</summary>
    public static bool IsModel(string path)
    {
        try
        {
            // torch.save writes zip files, too; only those contain a pickle.
            using var zip = ZipFile.OpenRead(path);
            return !zip.Entries.Any(entry => entry.Name == "data.pkl");
        }
        catch (InvalidDataException)
        {
            return path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) && !BeginsAsWeights(path);
        }
    }

    // A pickle of the old torch.save, or the header of a .safetensors file after its length.
    private static bool BeginsAsWeights(string path)
    {
        var start = new byte[9];
        using var file = File.OpenRead(path);
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return length == start.Length && start is [0x80, ..] or [_, _, _, _, _, 0, 0, 0, (byte)'{'];
    }

    /// <exception cref="IOException">There is no such file, or it is a folder.</exception>
    public static void Check(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(Directory.Exists(path) ? $"'{path}' is a folder. Give {Kinds}."
                : $"There is no file '{path}'. Give {Kinds}.");
        }
    }

    /// <summary>The SEG-SAM in the file. The caller disposes it.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or contains another model.</exception>
    public static SegSamTransformer Load(string path, CommandContext context, CheckpointFamily? family = null)
    {
        Check(path);
        // The library warns that nothing is trained; someone who gives weights knows that.
        return IsModel(path) ? LoadModel(path, context.CreateContext()) : FromWeights(path, context.CreateContext(isQuiet: true), family);
    }

    /// <summary>Warns that weights alone have no names.</summary>
    public static void NoteMissingNames(string path, Terminal terminal)
    {
        if (!IsModel(path))
            terminal.Note("Published weights have no category names: every object is called 'object', and its score means nothing.");
    }

    private static SegSamTransformer LoadModel(string path, MLContext ml)
    {
        using var file = File.OpenRead(path);
        ITransformer model;
        try
        {
            model = ml.Model.Load(file, out _);
        }
        catch (Exception failure) when (failure is InvalidDataException or FormatException or InvalidOperationException or ArgumentException
            or TargetInvocationException { InnerException: InvalidDataException })
        {
            throw new InvalidDataException($"'{path}' is not readable as a model: {failure.GetBaseException().Message.TrimEnd('.')}. "
                + "Expected a .zip that 'segsam train' or ml.Model.Save wrote.", failure);
        }

        return Steps(model).LastOrDefault() as SegSamTransformer ?? throw new InvalidDataException(
            $"'{path}' contains a model other than SEG-SAM. Expected a .zip that 'segsam train' wrote.");
    }

    // Without training: the masks are the published model's, and the only category is "object".
    private static SegSamTransformer FromWeights(string path, MLContext ml, CheckpointFamily? family)
    {
        var options = new SegSamOptions { Checkpoint = path, CheckpointFamily = family, Epochs = 0, BoxColumnName = nameof(TableRow.Box) };
        return ml.Transforms.SegSam(options).Fit(ml.Data.LoadFromEnumerable(Array.Empty<TableRow>()));
    }

    // A chain may contain chains.
    private static IEnumerable<ITransformer> Steps(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];
}
