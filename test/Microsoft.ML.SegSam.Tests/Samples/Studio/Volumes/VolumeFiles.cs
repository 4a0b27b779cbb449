using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio.Volumes;

/// <summary>Small volumes in memory, as clients send them.</summary>
internal static class VolumeFiles
{
    public const int Columns = 96, Rows = 80, Slices = 24;

    /// <summary>In the file that DICOM gives a place for it; no answer may contain it.</summary>
    public const string Patient = "DOE^JOHN";

    /// <summary>A bright ellipsoid on a dark ground, voxels of 1 x 1 x 2.5 mm, axes as in RAS.</summary>
    public static byte[] Ellipsoid()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "ellipsoid.nii.gz");
        TinyNifti.Write(path, Columns, Rows, Slices, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2.5f, 0], (i, j, k) =>
        {
            var distance = Math.Pow((i - 47.5) / 20, 2) + Math.Pow((j - 39.5) / 16, 2) + Math.Pow((k - 11.5) / 8, 2);
            return (short)(distance < 1 ? 150 + (i + j) % 3 : -20 + (3 * i + 5 * j + 7 * k) % 11);
        });
        return File.ReadAllBytes(path);
    }

    /// <summary>The slices of a CT series, 3 mm apart: little-endian with explicit types, 16 bits.</summary>
    /// <param name="skipped">A slice that is left out; none by default.</param>
    public static IReadOnlyList<byte[]> Series(int slices, string series = "1.2.826.0.1.5", int skipped = -1) =>
        [.. Enumerable.Range(0, slices).Where(k => k != skipped).Select(k => Slice(series, k))];

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var whole = new MemoryStream();
        using (var zip = new ZipArchive(whole, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return whole.ToArray();
    }

    /// <summary>A form with a part for each file.</summary>
    public static MultipartFormDataContent Form(params IEnumerable<byte[]> files)
    {
        var form = new MultipartFormDataContent();
        foreach (var file in files)
            form.Add(new ByteArrayContent(file), "file", "../../" + Patient);
        return form;
    }

    private static byte[] Slice(string series, int k)
    {
        const int Side = 16;
        var pixels = new byte[2 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
            BinaryPrimitives.WriteInt16LittleEndian(pixels.AsSpan(2 * i), (short)(10 * k + i % Side));
        var head = Element(2, 0x10, "UI", Text("1.2.840.10008.1.2.1"));
        var height = (3 * k).ToString(CultureInfo.InvariantCulture);
        return
        [
            .. new byte[128], .. "DICM"u8, .. Element(2, 0, "UL", BitConverter.GetBytes(head.Length)), .. head,
            .. Element(8, 0x16, "UI", Text("1.2.840.10008.5.1.4.1.1.2")),
            .. Element(8, 0x18, "UI", Text(string.Create(CultureInfo.InvariantCulture, $"{series}.{k + 1}"))),
            .. Element(8, 0x60, "CS", Text("CT")), .. Element(0x10, 0x10, "PN", Text(Patient)),
            .. Element(0x20, 0xE, "UI", Text(series)), .. Element(0x20, 0x32, "DS", Text($"0\\0\\{height}")),
            .. Element(0x20, 0x37, "DS", Text("1\\0\\0\\0\\1\\0")),
            .. Element(0x28, 2, "US", [1, 0]), .. Element(0x28, 4, "CS", Text("MONOCHROME2")),
            .. Element(0x28, 0x10, "US", [Side, 0]), .. Element(0x28, 0x11, "US", [Side, 0]),
            .. Element(0x28, 0x30, "DS", Text("1\\1")), .. Element(0x28, 0x100, "US", [16, 0]),
            .. Element(0x28, 0x101, "US", [16, 0]), .. Element(0x28, 0x102, "US", [15, 0]), .. Element(0x28, 0x103, "US", [1, 0]),
            .. Element(0x28, 0x1052, "DS", Text("0")), .. Element(0x28, 0x1053, "DS", Text("1")),
            .. Element(0x7FE0, 0x10, "OW", pixels),
        ];
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + " ");

    private static byte[] Element(int group, int element, string type, byte[] value)
    {
        byte[] tag = [(byte)group, (byte)(group >> 8), (byte)element, (byte)(element >> 8), .. Encoding.ASCII.GetBytes(type)];
        return type == "OW" ? [.. tag, 0, 0, .. BitConverter.GetBytes(value.Length), .. value]
            : [.. tag, (byte)value.Length, (byte)(value.Length >> 8), .. value];
    }
}
