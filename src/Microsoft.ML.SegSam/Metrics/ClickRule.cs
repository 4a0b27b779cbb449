using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Draws pixels by a hash instead of a random generator, so that a program in any language draws the same ones (our choice).</summary>
internal static class ClickRule
{
    /// <summary>Of the n pixels that are true, in row-major order, the one numbered h mod n; null where there is none.</summary>
    /// <param name="seed">h is the number in the first 8 bytes, big-endian, of the SHA-256 of this text in UTF-8.</param>
    public static int? Draw(ReadOnlySpan<bool> pixels, string seed) => MaskPixels.Pick(MemoryMarshal.AsBytes(pixels),
        count => (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))) % (ulong)count));

    /// <summary>SHA-256 of a mask's pixels, one byte each, 0 or 1, row-major; lower-case hexadecimal.</summary>
    public static string Digest(ReadOnlySpan<bool> mask) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(mask)));
}
