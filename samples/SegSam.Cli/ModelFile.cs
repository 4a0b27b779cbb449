using System.IO.Compression;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;

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
        var ml = context.CreateContext();
        return IsModel(path) ? SegSamTransformer.Load(path, ml) : SegSamTransformer.FromCheckpoint(path, family, ml);
    }

    /// <summary>Warns that weights alone have no names.</summary>
    public static void NoteMissingNames(string path, Terminal terminal)
    {
        if (!IsModel(path))
            terminal.Note("Published weights have no category names: every object is called 'object', and its score means nothing.");
    }
}
