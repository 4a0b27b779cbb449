using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>
/// Embeddings of a frozen encoder on disk, one file each, for this run and later ones. Many threads and processes may use the folder at
/// once.
/// </summary>
/// <remarks>
/// A file's name is a hash of everything that the embedding depends on, to the last bit, so a file is never out of date and none is ever
/// deleted. A damaged file is not an error: its image is encoded again.
/// </remarks>
internal sealed class EmbeddingFolder
{
    private const string Format = "SEG-SAM embedding 2";
    private readonly string _path;
    private readonly byte[] _encoder;
    private long _found, _damaged;

    /// <exception cref="IOException">The folder cannot be created.</exception>
    public EmbeddingFolder(string path, SegSamNetwork network, PixelScaling scaling, Device device, bool usesBFloat16 = false)
    {
        _path = path;
        Guard(() => Directory.CreateDirectory(path));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Format} {scaling} {device.type} {(usesBFloat16 ? "bfloat16" : "float32")} "));
        hash.AppendData(EncoderSignature.Of(network));
        _encoder = hash.GetHashAndReset();
    }

    /// <summary>How many embeddings were found in the folder.</summary>
    public long Found => Interlocked.Read(ref _found);

    /// <summary>How many files were found damaged.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>The embedding of an image: read from the folder, or computed on this thread and then kept there.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public float[] Get(NetworkImage image, int length, Func<float[]> compute)
    {
        var key = Key(image);
        var path = Path.Combine(_path, key + ".embedding");
        if (Find(path, key, length) is { } found)
        {
            Interlocked.Increment(ref _found);
            return found;
        }

        var embedding = compute();
        Guard(() =>
        {
            try
            {
                WholeFile.Write(path, file => EmbeddingFile.Write(file, key, embedding));
            }
            catch (Exception failure) when (IsWriteFailure(failure) && (File.Exists(path + ".partial") || File.Exists(path)))
            {
                // another thread or process is writing the same
            }
        });
        return embedding;
    }

    private float[]? Find(string path, string key, int length)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var (description, embedding) = EmbeddingFile.Read(path);
            if (description == key && embedding.Length == length)
                return embedding;
        }
        catch (InvalidDataException)
        {
            // counted below
        }

        Interlocked.Increment(ref _damaged);
        return null;
    }

    // The number of threads counts: sums in another order differ in the last bits.
    private string Key(NetworkImage image)
    {
        var rest = FormattableString.Invariant($"{image.Key} {get_num_threads()}");
        return Convert.ToHexString(SHA256.HashData([.. _encoder, .. Encoding.UTF8.GetBytes(rest)]));
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (IsWriteFailure(failure))
        {
            throw new IOException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.EmbeddingFolder)} {_path} cannot be written: "
                + $"{failure.Message} Embeddings that it already holds are unchanged: make room or choose another folder.", failure);
        }
    }

    private static bool IsWriteFailure(Exception failure) => failure is IOException or UnauthorizedAccessException;
}
