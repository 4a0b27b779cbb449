using System.IO.Compression;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;

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
        var ml = work.CreateContext();
        return IsModel(path) ? SegSamTransformer.Load(path, ml) : SegSamTransformer.FromCheckpoint(path, family, ml);
    }

    /// <summary>Tells who reads names that weights alone have none.</summary>
    public static void TellOfNames(string path, Terminal terminal)
    {
        if (!IsModel(path))
            terminal.Note("Published weights know no names: every object is called 'object', and the score means nothing.");
    }
}
