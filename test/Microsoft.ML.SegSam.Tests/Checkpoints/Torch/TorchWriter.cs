using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Torch;

/// <summary>Files as torch.save makes them, small, with whatever pickle a test wants.</summary>
internal static class TorchWriter
{
    /// <summary>Six floats 0 to 5, the storage of <see cref="SavedTensor.Matrix"/>.</summary>
    public static byte[] Floats { get; } = MemoryMarshal.AsBytes<float>(new float[] { 0, 1, 2, 3, 4, 5 }).ToArray();

    public static byte[] Pickle(params SavedTensor[] tensors) => PickleWriter.Protocol2().Tensors(tensors).Stop();

    /// <summary>A zip; an entry named twice is written twice.</summary>
    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Data)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(data);
            }
        }

        return stream.ToArray();
    }

    /// <summary>A checkpoint of one storage, "0".</summary>
    public static byte[] Zip(byte[] pickle, byte[]? storage = null, string byteOrder = "little",
        CompressionLevel level = CompressionLevel.NoCompression) =>
        Zip(level, ("m/data.pkl", pickle), ("m/byteorder", [.. byteOrder.Select(letter => (byte)letter)]), ("m/data/0", storage ?? Floats),
            ("m/version", "3\n"u8.ToArray()));

    public static byte[] Legacy(byte[] pickle, byte[]? storage = null, long? count = null, string magic = "119547037146038801333356",
        bool little = true, string key = "0")
    {
        using var stream = new MemoryStream();
        var number = BigInteger.Parse(magic).ToByteArray();
        stream.Write(PickleWriter.Protocol2().Raw(0x8a, (byte)number.Length).Raw(number).Stop());
        stream.Write(PickleWriter.Protocol2().Op('M').Raw(0xe9, 3).Stop());
        stream.Write(PickleWriter.Protocol2().Op("}(").Text("protocol_version").Op('M').Raw(0xe9, 3).Text("little_endian")
            .Raw((byte)(little ? 0x88 : 0x89)).Op('u').Stop());
        stream.Write(pickle);
        stream.Write(PickleWriter.Protocol2().Op("](").Text(key).Op('e').Stop());
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, count ?? 6);
        stream.Write(prefix);
        stream.Write(storage ?? Floats);
        return stream.ToArray();
    }

    public static byte[] LegacyPickle(params SavedTensor[] tensors) => PickleWriter.Protocol2().Tensors(tensors, legacy: true).Stop();
}
