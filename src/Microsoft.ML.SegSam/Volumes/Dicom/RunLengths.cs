using System.Buffers.Binary;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>
/// DICOM's run lengths (PS3.5 annex G): for each byte of each sample a segment of PackBits, the most significant byte first.
/// </summary>
internal static class RunLengths
{
    private const int Header = 64, MostSegments = 15, BestRatio = 64; // two bytes become 128 at most

    /// <returns>Pixel by pixel, little end first.</returns>
    /// <exception cref="InvalidDataException">The frame is damaged.</exception>
    public static byte[] Unpack(byte[] packed, DicomFormat format)
    {
        var (size, planes) = (format.BytesOfSample, format.Samples * format.BytesOfSample);
        if (packed.Length < Header)
            throw new InvalidDataException("The run lengths end within their header.");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        if (count != planes || count > MostSegments)
            throw new InvalidDataException($"The run lengths have {count} segments; expected {planes}.");
        if ((long)format.Pixels * planes > (long)packed.Length * BestRatio)
        {
            throw new InvalidDataException(
                $"The run lengths have {packed.Length} bytes, too few for {format.Columns} x {format.Rows} pixels.");
        }

        var pixels = new byte[format.Pixels * planes];
        for (var segment = 0; segment < planes; segment++)
        {
            var from = BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(4 + 4 * segment));
            var to = segment + 1 < planes ? BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(8 + 4 * segment)) : (uint)packed.Length;
            if (from < Header || from > to || to > packed.Length)
                throw new InvalidDataException($"Segment {segment} of the run lengths begins or ends outside its fragment.");
            var (sample, place) = (segment / size, size - 1 - segment % size);
            Unpack(packed.AsSpan((int)from, (int)(to - from)), pixels, sample * size + place, planes, format.Pixels);
        }

        return pixels;
    }

    private static void Unpack(ReadOnlySpan<byte> packed, byte[] pixels, int first, int step, int count)
    {
        var (at, done) = (0, 0);
        while (done < count)
        {
            if (at >= packed.Length)
                throw Short(done, count);
            var control = (sbyte)packed[at++];
            if (control == -128)
                continue;
            var length = Math.Min(control < 0 ? 1 - control : control + 1, count - done);
            if (at + (control < 0 ? 1 : length) > packed.Length)
                throw Short(done, count);
            for (var i = 0; i < length; i++)
                pixels[first + (done + i) * step] = packed[control < 0 ? at : at + i];
            at += control < 0 ? 1 : length;
            done += length;
        }
    }

    private static InvalidDataException Short(int done, int count) =>
        new($"A segment of the run lengths ends after {done} of {count} bytes.");
}
