using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Options;
using SegSam.Cli.Tables;

namespace SegSam.Cli;

/// <summary>Loads what answers prompts: a model (.zip) or published weights, recognized by their content, not by their names.</summary>
internal static class ModelFile
{
    public const string Kinds = "a model (.zip) or published weights (.pth, .pt, .ckpt, .bin, .safetensors)";

    /// <summary>Whether a file is a model, and not weights. Of a damaged file the ending decides which it is taken for.</summary>
    public static bool IsModel(string path)
    {
        try
        {
            // torch.save writes zips, too; only theirs hold a pickle.
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
            throw new FileNotFoundException(Directory.Exists(path) ? $"'{path}' is a folder. Give {Kinds}." : $"There is no file '{path}'. Give {Kinds}.");
    }

    /// <summary>The SEG-SAM of the file, which is the caller's to dispose of.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another model.</exception>
    public static SegSamTransformer Load(string path, Work work, CheckpointFamily? family = null)
    {
        Check(path);
        // The library warns that nothing is trained, which who gives weights knows.
        return IsModel(path) ? LoadModel(path, work.CreateContext()) : FromWeights(path, work.CreateContext(isQuiet: true), family);
    }

    /// <summary>Tells who reads names that weights alone have none.</summary>
    public static void TellOfNames(string path, Terminal terminal)
    {
        if (!IsModel(path))
            terminal.Note("Published weights know no names: every object is called 'object', and the score means nothing.");
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
            throw new InvalidDataException($"'{path}' is not readable as a model: {failure.GetBaseException().Message.TrimEnd('.')}. Expected a .zip that 'segsam train' or ml.Model.Save wrote.", failure);
        }

        return Steps(model).LastOrDefault() as SegSamTransformer
            ?? throw new InvalidDataException($"'{path}' holds another model than SEG-SAM. Expected a .zip that 'segsam train' wrote.");
    }

    // Without training: masks are the published model's, and there is one category, "object".
    private static SegSamTransformer FromWeights(string path, MLContext ml, CheckpointFamily? family) =>
        ml.Transforms.SegSam(new SegSamOptions { Checkpoint = path, CheckpointFamily = family, Epochs = 0, BoxColumnName = nameof(TableRow.Box) })
            .Fit(ml.Data.LoadFromEnumerable(Array.Empty<TableRow>()));

    // A chain may hold chains.
    private static IEnumerable<ITransformer> Steps(ITransformer model) => model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];
}
