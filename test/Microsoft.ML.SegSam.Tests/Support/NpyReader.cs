using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Reads arrays of bytes (bool, uint8) out of numpy's .npz.</summary>
internal static class NpyReader
{
    /// <returns>The shape, and the bytes, the last axis fastest.</returns>
    public static (int[] Shape, byte[] Values) Read(string path, string name)
    {
        using var archive = ZipFile.OpenRead(path);
        using var stream = archive.GetEntry(name + ".npy")!.Open();
        using var all = new MemoryStream();
        stream.CopyTo(all);
        var bytes = all.ToArray();
        var (size, start) = bytes[6] == 1 ? (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)), 10)
            : ((int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)), 12);
        var header = Encoding.ASCII.GetString(bytes, start, size);
        Assert.IsTrue(Regex.IsMatch(header, @"'descr': '\|(u1|b1)'") && header.Contains("'fortran_order': False", StringComparison.Ordinal),
            header);
        var shape = Regex.Match(header, @"'shape': \(([\d, ]*)\)").Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries).Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return (shape, bytes[(start + size)..]);
    }
}
