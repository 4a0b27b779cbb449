using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>Writes labels as NIfTI, slice by slice.</summary>
internal static class NiftiLabelWriter
{
    private const int IntentLabel = 1002, Millimeters = 2, Scanner = 1, Length1 = 348, Alignment = 16;

    /// <param name="path">Packed by gzip where it ends with .gz.</param>
    /// <param name="source">
    /// The header of the NIfTI file whose grid it is: its geometry is copied byte for byte. Null: a new header.
    /// </param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, VolumeGeometry geometry, LabelRuns runs, IReadOnlyDictionary<int, string> names, NiftiHeader? source)
    {
        var bytes = runs.BytesOfLabel;
        var header = source?.Bytes.ToArray() ?? New(geometry);
        var isVersion2 = source?.IsVersion2 ?? header.Length != Length1;
        var isBigEndian = source?.IsBigEndian ?? false;
        var extension = names.Count == 0 ? [] : Extension(NiftiLabelNames.Write(names), isBigEndian);
        Complete(header, isVersion2, isBigEndian, bytes, header.Length + 4 + extension.Length);
        WholeFile.Write(path, file =>
        {
            using var packed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true) : null;
            var stream = packed ?? file;
            stream.Write(header);
            stream.Write([(byte)(extension.Length > 0 ? 1 : 0), 0, 0, 0]);
            stream.Write(extension);
            runs.Write(stream, geometry.Columns * geometry.Rows, bytes, isBigEndian);
        });
    }

    // What is not geometry: type, place and scaling of the voxels, and what they are. A fourth dimension, time, goes.
    private static void Complete(byte[] header, bool isVersion2, bool isBigEndian, int bytes, int offset)
    {
        void Short(int at, int value) => Put(header.AsSpan(at), value, 2, isBigEndian);
        void Float(int at, float value) => Put(header.AsSpan(at), BitConverter.SingleToInt32Bits(value), 4, isBigEndian);
        void Long(int at, long value) => PutLong(header.AsSpan(at), value, isBigEndian);
        void Double(int at, double value) => Long(at, BitConverter.DoubleToInt64Bits(value));
        var (type, bits) = (bytes switch { 1 => 2, 2 => 512, _ => 8 }, 8 * bytes);
        var read = new NiftiNumbers(header, isBigEndian);
        var dimensions = isVersion2 ? read.Long(16) : read.Short(40);
        for (var axis = 4; axis <= 7; axis++)
        {
            if (dimensions < 4)
                break;
            if (isVersion2)
                Long(16 + 8 * axis, 1);
            else
                Short(40 + 2 * axis, 1);
        }

        if (isVersion2)
        {
            if (dimensions > 3)
                Long(16, 3);
            "n+2\0\r\n\x1a\n"u8.CopyTo(header.AsSpan(4));
            Short(12, type);
            Short(14, bits);
            Long(168, offset);
            foreach (var (at, value) in (ReadOnlySpan<(int, double)>)[(176, 1), (184, 0), (192, 0), (200, 0), (80, 0), (88, 0), (96, 0)])
                Double(at, value);
            Text(header, 240, 80, "SEG-SAM labels");
            Text(header, 320, 24, "");
            Put(header.AsSpan(504), IntentLabel, 4, isBigEndian);
            Text(header, 508, 16, "");
            return;
        }

        if (dimensions > 3)
            Short(40, 3);
        "n+1\0"u8.CopyTo(header.AsSpan(344));
        Short(68, IntentLabel);
        Short(70, type);
        Short(72, bits);
        foreach (var (at, value) in (ReadOnlySpan<(int, float)>)
            [(108, offset), (112, 1), (116, 0), (124, 0), (128, 0), (56, 0), (60, 0), (64, 0)])
            Float(at, value);
        Text(header, 148, 80, "SEG-SAM labels");
        Text(header, 228, 24, "");
        Text(header, 328, 16, "");
    }

    // The matrix as sform, and nothing else, so that no two forms can contradict each other.
    private static byte[] New(VolumeGeometry geometry)
    {
        int[] size = [geometry.Columns, geometry.Rows, geometry.Slices];
        if (size.Max() > short.MaxValue)
            throw new NotSupportedException($"NIfTI-1 holds at most {short.MaxValue} voxels on an axis; the volume has {geometry}.");
        double[] spacing = [geometry.Spacing.X, geometry.Spacing.Y, geometry.Spacing.Z];
        var header = new byte[Length1];
        Put(header, Length1, 4, isBigEndian: false);
        Put(header.AsSpan(40), 3, 2, isBigEndian: false);
        for (var axis = 1; axis <= 7; axis++)
            Put(header.AsSpan(40 + 2 * axis), axis <= 3 ? size[axis - 1] : 1, 2, isBigEndian: false);
        for (var axis = 0; axis <= 3; axis++)
            BinaryPrimitives.WriteSingleLittleEndian(header.AsSpan(76 + 4 * axis), axis == 0 ? 1 : (float)spacing[axis - 1]);
        header[123] = Millimeters;
        if (!geometry.IsOrientationKnown)
            return header;
        Put(header.AsSpan(254), Scanner, 2, isBigEndian: false);
        for (var i = 0; i < 12; i++)
            BinaryPrimitives.WriteSingleLittleEndian(header.AsSpan(280 + 4 * i), (float)geometry.Affine[i / 4, i % 4]);
        return header;
    }

    private static byte[] Extension(byte[] content, bool isBigEndian)
    {
        var extension = new byte[(8 + content.Length + Alignment - 1) / Alignment * Alignment];
        Put(extension, extension.Length, 4, isBigEndian);
        Put(extension.AsSpan(4), NiftiLabelNames.Code, 4, isBigEndian);
        content.CopyTo(extension, 8);
        return extension;
    }

    private static void Text(byte[] header, int at, int length, string text)
    {
        header.AsSpan(at, length).Clear();
        Encoding.ASCII.GetBytes(text, header.AsSpan(at, length - 1));
    }

    private static void Put(Span<byte> into, int value, int bytes, bool isBigEndian)
    {
        for (var i = 0; i < bytes; i++)
            into[isBigEndian ? bytes - 1 - i : i] = (byte)(value >> 8 * i);
    }

    private static void PutLong(Span<byte> into, long value, bool isBigEndian)
    {
        if (isBigEndian)
            BinaryPrimitives.WriteInt64BigEndian(into, value);
        else
            BinaryPrimitives.WriteInt64LittleEndian(into, value);
    }
}
