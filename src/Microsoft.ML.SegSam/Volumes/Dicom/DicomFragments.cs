using System.Buffers.Binary;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Packed pixels: fragments, and which of them belong to each frame.</summary>
internal sealed class DicomFragments(VoxelBytes bytes, IReadOnlyList<IReadOnlyList<(long At, uint Length)>> frames)
{
    private const uint Item = 0xE000FFFE, End = 0xE0DDFFFE; // as little-endian numbers
    private const int MostFragments = 1 << 20;

    /// <exception cref="InvalidDataException">The fragments are cut off, or do not tell their frames apart.</exception>
    public static DicomFragments Read(DicomFile file, int frames)
    {
        var reader = new DicomReader(file.Bytes) { Position = file.PixelsAt };
        var all = new List<(long At, uint Length)>(); // the first is the table of offsets
        while (true)
        {
            var tag = reader.Int();
            var length = reader.Int();
            if (tag == End)
                break;
            if (tag != Item || all.Count == MostFragments)
                throw new InvalidDataException("The packed pixels are damaged: expected a fragment or the end of all.");
            all.Add((reader.Position, length));
            reader.Skip(length);
        }

        if (all.Count < 2)
            throw new InvalidDataException("The packed pixels have no fragment.");
        var fragments = all[1..];
        return new(file.Bytes, Group(file.Bytes, fragments, Offsets(file.Bytes, all[0]), frames));
    }

    /// <summary>The packed bytes of a frame.</summary>
    public byte[] Frame(int frame)
    {
        var fragments = frames[frame];
        var all = new byte[fragments.Sum(fragment => (long)fragment.Length)];
        var at = 0;
        foreach (var (position, length) in fragments)
        {
            bytes.Read(position, all.AsSpan(at, (int)length));
            at += (int)length;
        }

        return all;
    }

    private static uint[] Offsets(VoxelBytes bytes, (long At, uint Length) table)
    {
        var values = new byte[Math.Min(table.Length, 4 * MostFragments) / 4 * 4];
        bytes.Read(table.At, values);
        return [.. values.Chunk(4).Select(four => BinaryPrimitives.ReadUInt32LittleEndian(four))];
    }

    private static IReadOnlyList<IReadOnlyList<(long, uint)>> Group(
        VoxelBytes bytes, List<(long At, uint Length)> fragments, uint[] offsets, int frames)
    {
        if (frames == 1)
            return [fragments];
        if (fragments.Count == frames)
            return [.. fragments.Select(fragment => new[] { fragment })];
        var origin = fragments[0].At - 8; // offsets count from the first fragment's item
        var starts = offsets.Length == frames
            ? offsets.Select(offset => fragments.FindIndex(fragment => fragment.At - 8 - origin == offset)).ToList()
            : [.. Enumerable.Range(0, fragments.Count).Where(i => BeginsJpeg(bytes, fragments[i]))];
        if (starts.Count != frames || starts[0] != 0 || starts.Zip(starts.Skip(1)).Any(pair => pair.Second <= pair.First))
            throw new InvalidDataException($"{fragments.Count} fragments do not tell which of {frames} frames they belong to.");
        return [.. starts.Zip(starts.Skip(1).Append(fragments.Count), (from, to) => fragments[from..to])];
    }

    private static bool BeginsJpeg(VoxelBytes bytes, (long At, uint Length) fragment)
    {
        Span<byte> first = stackalloc byte[2];
        if (fragment.Length < 2)
            return false;
        bytes.Read(fragment.At, first);
        return first is [0xFF, 0xD8];
    }
}
