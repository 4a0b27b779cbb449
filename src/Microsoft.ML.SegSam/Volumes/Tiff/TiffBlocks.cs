using System.IO.Compression;
using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>Unpacks the strips or tiles of a page.</summary>
internal static class TiffBlocks
{
    private const int Spare = 1 << 10;

    /// <returns>The numbers that are kept, pixel by pixel.</returns>
    /// <exception cref="InvalidDataException">A block is damaged.</exception>
    public static double[] Read(TiffPage page, VoxelBytes bytes, bool isBigEndian)
    {
        var format = page.Format;
        var (samples, kept, size) = (format.Samples, format.Kept, format.Number.Bytes());
        var pixels = new double[format.Width * format.Height * kept];
        var row = new double[format.BlockWidth * samples];
        for (var block = 0; block < page.Offsets.Length; block++)
        {
            var plain = Unpack(page, block, bytes);
            if (isBigEndian)
                format.Number.Reverse(plain);
            if (format.HasDifferences)
                AddUp(plain, format);
            var (left, top) = (block % format.Across * format.BlockWidth, block / format.Across * format.BlockHeight);
            var (columns, rows) = (Math.Min(format.BlockWidth, format.Width - left), Math.Min(format.BlockHeight, format.Height - top));
            for (var y = 0; y < rows; y++)
            {
                format.Number.Decode(plain.AsSpan(y * row.Length * size, row.Length * size), row);
                var into = pixels.AsSpan(((top + y) * format.Width + left) * kept);
                for (var i = 0; i < columns * kept; i++)
                    into[i] = row[i / kept * samples + i % kept];
            }
        }

        return pixels;
    }

    private static byte[] Unpack(TiffPage page, int block, VoxelBytes bytes)
    {
        var plain = new byte[page.Format.BytesOf(block)];
        var packed = new byte[Math.Min(page.Counts[block], 2L * plain.Length + Spare)]; // no way to pack takes more
        bytes.Read(page.Offsets[block], packed);
        var found = page.Format.Compression switch
        {
            TiffCompression.Lzw => TiffLzw.Unpack(packed, plain),
            TiffCompression.PackBits => UnpackRuns(packed, plain),
            TiffCompression.Deflate => Inflate(packed, plain),
            _ => Copy(packed, plain),
        };
        return found == plain.Length ? plain : throw new InvalidDataException(
            $"A block of a page ends after {found} of {plain.Length} bytes: the file is damaged.");
    }

    private static int Copy(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        packed[..plain.Length].CopyTo(plain); // it is long enough: the file was checked when it was opened
        return plain.Length;
    }

    private static int Inflate(byte[] packed, byte[] plain)
    {
        using var stream = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        try
        {
            var found = stream.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
            if (found == plain.Length)
                _ = stream.ReadByte(); // to the checksum
            return found;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            throw new InvalidDataException("A block of a page does not decompress: the file is damaged.", failure);
        }
    }

    private static int UnpackRuns(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        var (at, done) = (0, 0);
        while (done < plain.Length && at < packed.Length)
        {
            var control = (sbyte)packed[at++];
            if (control == -128)
                continue;
            var length = Math.Min(control < 0 ? 1 - control : control + 1, plain.Length - done);
            if (at + (control < 0 ? 1 : length) > packed.Length)
                break;
            if (control < 0)
                plain.Slice(done, length).Fill(packed[at++]);
            else
                packed.Slice(at, length).CopyTo(plain[done..]);
            at += control < 0 ? 0 : length;
            done += length;
        }

        return done;
    }

    // Predictor 2: but for the first pixel of a row, the differences to the pixel before, modulo the numbers' own range.
    private static void AddUp(byte[] plain, TiffFormat format)
    {
        var (length, samples) = (format.BlockWidth * format.Samples, format.Samples);
        for (var start = 0; start < plain.Length; start += length * format.Number.Bytes())
        {
            var row = plain.AsSpan(start, length * format.Number.Bytes());
            switch (format.Number.Bytes())
            {
                case 1:
                    for (var i = samples; i < length; i++)
                        row[i] += row[i - samples];
                    break;
                case 2:
                    var shorts = MemoryMarshal.Cast<byte, ushort>(row);
                    for (var i = samples; i < length; i++)
                        shorts[i] += shorts[i - samples];
                    break;
                default:
                    var integers = MemoryMarshal.Cast<byte, uint>(row);
                    for (var i = samples; i < length; i++)
                        integers[i] += integers[i - samples];
                    break;
            }
        }
    }
}
