using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Embeddings of a frozen encoder on disk, one file each, for this run and later ones. Threads and processes may use it side by side.</summary>
/// <remarks>
/// A file's name is a hash of all that the embedding depends on, to the last bit: it is never out of date, so nothing is ever removed. A damaged
/// file is no error, since nothing is lost with it: the image is encoded again.
/// </remarks>
internal sealed class EmbeddingFolder
{
    private const string Format = "SEG-SAM embedding 1";
    private readonly string _path;
    private readonly byte[] _encoder;
    private long _found, _damaged;

    /// <exception cref="IOException">The folder cannot be made.</exception>
    public EmbeddingFolder(string path, SegSamNetwork network, PixelScaling scaling, Device device, bool isLowered = false)
    {
        _path = path;
        Writing(() => Directory.CreateDirectory(path));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Format} {scaling} {device.type} {(isLowered ? "bfloat16 " : "")}"));
        hash.AppendData(EncoderSignature.Of(network));
        _encoder = hash.GetHashAndReset();
    }

    /// <summary>How many embeddings were there.</summary>
    public long Found => Interlocked.Read(ref _found);

    /// <summary>How many files were there, but damaged.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>The embedding of an image, from the folder or else computed on this thread, and then kept.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public float[] Get(NetworkImage image, int length, Func<float[]> compute)
    {
        var path = Path.Combine(_path, Key(image) + ".embedding");
        if (Find(path, length) is { } found)
        {
            Interlocked.Increment(ref _found);
            return found;
        }

        var values = compute();
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        Writing(() =>
        {
            try
            {
                WholeFile.Write(path, file =>
                {
                    file.Write(bytes);
                    file.Write(SHA256.HashData(bytes));
                });
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && (File.Exists(path + ".partial") || File.Exists(path)))
            {
                // another thread or process writes the same
            }
        });
        return values;
    }

    private float[]? Find(string path, int length)
    {
        if (!File.Exists(path))
            return null;
        var values = new float[length];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        var all = File.ReadAllBytes(path);
        if (all.Length == bytes.Length + SHA256.HashSizeInBytes && SHA256.HashData(all.AsSpan(0, bytes.Length)).AsSpan().SequenceEqual(all.AsSpan(bytes.Length)))
        {
            all.AsSpan(0, bytes.Length).CopyTo(bytes);
            return values;
        }

        Interlocked.Increment(ref _damaged);
        return null;
    }

    // Threads: sums in another order differ in the last bits.
    private string Key(NetworkImage image)
    {
        var geometry = image.Geometry;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_encoder);
        hash.AppendData(Encoding.UTF8.GetBytes($"{geometry.ScaledHeight} {geometry.ScaledWidth} {geometry.OffsetX} {geometry.OffsetY} {get_num_threads()} "));
        hash.AppendData(image.Pixels);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.EmbeddingFolder)} {_path} cannot be written: {failure.Message} What was kept before is as it was: make room or choose another folder.", failure);
        }
    }
}
