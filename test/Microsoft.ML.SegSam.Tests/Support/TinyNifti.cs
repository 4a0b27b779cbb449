using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Writes small NIfTI-1 files of 16-bit numbers.</summary>
internal static class TinyNifti
{
    /// <summary>A packed file whose voxels are 1 mm wide, axes as in RAS; a bright block on dark.</summary>
    public static void Write(string path, int columns, int rows, int slices) => Write(path, columns, rows, slices,
        [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], (i, j, _) => (short)(i > columns / 4 && j > rows / 4 ? 120 : -80));

    /// <summary>A data set of the Medical Segmentation Decathlon: a block is the spleen.</summary>
    public static void WriteDecathlon(string folder, int cases)
    {
        foreach (var part in (string[])["imagesTr", "labelsTr"])
            Directory.CreateDirectory(Path.Combine(folder, part));
        string[] names = [.. Enumerable.Range(1, cases).Select(i => FormattableString.Invariant($"spleen_{i}.nii.gz"))];
        foreach (var (i, name) in names.Index())
        {
            bool IsSpleen(int x, int y) => x > i + 2 && x < 18 && y > 4 && y < 20;
            float[] affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
            Write(Path.Combine(folder, "imagesTr", name), 24, 24, 2, affine, (x, y, _) => (short)(IsSpleen(x, y) ? 90 : -50));
            Write(Path.Combine(folder, "labelsTr", name), 24, 24, 2, affine, (x, y, _) => (short)(IsSpleen(x, y) ? 1 : 0));
        }

        var training = names.Select(name => $"{{ \"image\": \"./imagesTr/{name}\", \"label\": \"./labelsTr/{name}\" }}");
        File.WriteAllText(Path.Combine(folder, "dataset.json"), "{ \"name\": \"Spleen\", \"modality\": { \"0\": \"CT\" }, "
            + $"\"labels\": {{ \"0\": \"background\", \"1\": \"spleen\" }}, \"training\": [{string.Join(", ", training)}] }}");
    }

    /// <param name="affine">Three rows of four: from indices to mm, RAS+.</param>
    /// <param name="value">Of the voxel i, j, k.</param>
    public static void Write(string path, int columns, int rows, int slices, float[] affine, Func<int, int, int, short> value)
    {
        var bytes = new byte[352 + 2 * columns * rows * slices];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 348);
        foreach (var (at, number) in ((int, int)[])
            [(40, 3), (42, columns), (44, rows), (46, slices), (70, 4), (72, 16), (254, 1)]) // dim, datatype, bitpix, sform_code
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), (short)number);
        float Length(int column) => MathF.Sqrt(Enumerable.Range(0, 3).Sum(row => affine[4 * row + column] * affine[4 * row + column]));
        foreach (var (at, number) in ((int, float)[])
            [(76, 1), (80, Length(0)), (84, Length(1)), (88, Length(2)), (108, 352), // pixdim, vox_offset, srow
                .. affine.Select((number, i) => (280 + 4 * i, number))])
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), number);
        "n+1\0"u8.CopyTo(bytes.AsSpan(344));
        for (var place = 0; place < columns * rows * slices; place++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(
                bytes.AsSpan(352 + 2 * place), value(place % columns, place / columns % rows, place / columns / rows));
        }

        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        file.Write(bytes);
    }
}
