using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Reads a PNG image as a volume of one slice, with all of its bits; opacity is left out.</summary>
internal static class PngReader
{
    /// <summary>Whether a file begins as PNG.</summary>
    public static bool Fits(ReadOnlySpan<byte> start) => start.Length > 8 && start[0] == 0x89 && start[1..].StartsWith("PNG\r\n\x1a\n"u8);

    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It has a palette.</exception>
    public static VolumeFile Describe(string path, long mostVoxels)
    {
        var png = Open(File.ReadAllBytes(path));
        if (png.Color == PngColor.Palette)
            throw new NotSupportedException("The image has a palette, and no values; save it as gray or RGB.");
        var shape = VolumeShape.Of([png.Width, png.Height], mostVoxels);
        var number = png.Depth == 16 ? VoxelType.UInt16 : VoxelType.UInt8;
        var type = number.Of(png.Color is PngColor.Rgb or PngColor.Rgba ? 3 : 1)!.Value;
        return new(Placement.Unknown(shape, 1, 1, 1), type, (_, _) => new StoredVoxels(
            VoxelBytes.Of(Samples(path, png, type)), 0, type, isBigEndian: false, slope: 1, intercept: 0, shape.Columns, shape.Rows, 1))
        {
            Warnings = [Placement.NoSpacing, Placement.NoOrientation],
        };
    }

    private static byte[] Samples(string path, PngFile described, VoxelType type)
    {
        var file = File.ReadAllBytes(path);
        var png = Open(file);
        if ((png.Width, png.Height, png.Depth, png.Color) != (described.Width, described.Height, described.Depth, described.Color))
            throw new InvalidDataException("The file changed while it was read.");
        var (samples, kept) = (png.ReadSamples(file), type.Samples());
        var voxels = new ushort[samples.Length / png.Channels * kept];
        for (var i = 0; i < voxels.Length; i++)
            voxels[i] = samples[i / kept * png.Channels + i % kept];
        return png.Depth == 16 ? MemoryMarshal.AsBytes<ushort>(voxels).ToArray() : Array.ConvertAll(voxels, value => (byte)value);
    }

    private static PngFile Open(byte[] file) => PngFile.Open(file) ?? throw new InvalidDataException("The file is not PNG.");
}
