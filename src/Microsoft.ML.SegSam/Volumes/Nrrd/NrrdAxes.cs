using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Nrrd;

/// <summary>What the axes of an NRRD file are: colors, then up to three of space, then time.</summary>
/// <param name="First">The first axis of space.</param>
/// <param name="Count">Axes of space.</param>
/// <param name="Type">Of a voxel, with its colors.</param>
internal sealed record NrrdAxes(int First, int Count, VoxelType Type, VolumeShape Shape)
{
    /// <exception cref="InvalidDataException">Sizes are too large.</exception>
    /// <exception cref="NotSupportedException">There are numbers at each voxel that are no colors, or axes in another order.</exception>
    public static NrrdAxes Of(NrrdHeader header, VoxelType number, double[]?[]? directions, long mostVoxels)
    {
        var (kinds, sizes) = (header.OfAxes("kinds"), header.Sizes);
        bool IsSpace(int axis) => directions is not null ? directions[axis] is not null
            : kinds is null || kinds[axis] is "domain" or "space" or "none" or "???";
        var (first, type) = (0, number);
        if (!IsSpace(0))
        {
            (first, type) = (1, number.Of(sizes[0]) ?? throw new NotSupportedException(
                $"The file has {sizes[0]} numbers at each voxel{(kinds is null ? "" : $" (kind '{kinds[0]}')")}, which is not read; "
                + "expected one, or three of 8 or 16 bits for red, green and blue. Save each as a volume of its own."));
        }

        var count = 0;
        while (first + count < sizes.Length && IsSpace(first + count))
            count++;
        var mostOfSpace = directions is null ? 4 : 3; // without directions nothing tells space from time
        if (count == 0 || count > mostOfSpace || Enumerable.Range(first + count, sizes.Length - first - count).Any(IsSpace))
        {
            throw new NotSupportedException($"The axes of the file ({string.Join(" x ", sizes)}) are in an order that is not read; "
                + "expected up to three of space one after the other, then time.");
        }

        var space = sizes.AsSpan(first, count);
        long[] all = [.. space, .. Enumerable.Repeat(1L, Math.Max(0, 3 - count)), .. sizes.AsSpan(first + count)];
        return new(first, Math.Min(count, 3), type, VolumeShape.Of(all, mostVoxels));
    }
}
