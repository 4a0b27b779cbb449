using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Writes small NIfTI-1 files of 16-bit numbers.</summary>
internal static class TinyNifti
{
    /// <summary>A packed file whose voxels are 1 mm wide, axes as in RAS; a bright block on dark.</summary>
    public static void Write(string path, int columns, int rows, int slices)
    {
        var bytes = new byte[352 + 2 * columns * rows * slices];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 348);
        foreach (var (at, number) in ((int, int)[])
            [(40, 3), (42, columns), (44, rows), (46, slices), (70, 4), (72, 16), (254, 1)]) // dim, datatype, bitpix, sform_code
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), (short)number);
        foreach (var (at, number) in ((int, float)[])
            [(76, 1), (80, 1), (84, 1), (88, 1), (108, 352), (280, 1), (300, 1), (320, 1)]) // pixdim, vox_offset, srow
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), number);
        "n+1\0"u8.CopyTo(bytes.AsSpan(344));
        for (var i = 0; i < columns * rows * slices; i++)
        {
            var isBright = i % columns > columns / 4 && i / columns % rows > rows / 4;
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(352 + 2 * i), (short)(isBright ? 120 : -80));
        }

        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        file.Write(bytes);
    }
}
