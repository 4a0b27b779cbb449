using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>
/// The embedding of one image in a file: a text that says what it is the embedding of, the numbers, and a checksum of both.
/// </summary>
internal static class EmbeddingFile
{
    private static readonly byte[] Magic = "SEG-SAM encoded image 1\n"u8.ToArray();

    public static void Write(Stream file, string description, float[] embedding)
    {
        var text = Encoding.UTF8.GetBytes(description);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Magic);
        Append(length);
        Append(text);
        Append(MemoryMarshal.AsBytes<float>(embedding));
        file.Write(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            file.Write(bytes);
            hash.AppendData(bytes);
        }
    }

    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file does not hold an embedding, or is damaged.</exception>
    public static (string Description, float[] Embedding) Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException($"'{path}' is not an encoded image. "
                + "Expected a file that EncodedImage.Save wrote; to use an image file, call SegSamPredictor.Encode.");
        }

        var content = bytes.AsSpan(0, Math.Max(0, bytes.Length - SHA256.HashSizeInBytes));
        var isWhole = content.Length >= Magic.Length + sizeof(int)
            && SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length));
        var rest = isWhole ? content[Magic.Length..] : [];
        var length = isWhole ? BinaryPrimitives.ReadInt32LittleEndian(rest) : -1;
        if (length < 0 || length > rest.Length - sizeof(int))
            throw new InvalidDataException($"'{path}' is cut off or damaged: its checksum is wrong. Encode the image again.");
        rest = rest[sizeof(int)..];
        return (Encoding.UTF8.GetString(rest[..length]), MemoryMarshal.Cast<byte, float>(rest[length..]).ToArray());
    }
}
