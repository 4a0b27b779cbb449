using System.Buffers.Binary;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>The frames of a file, unpacked one at a time.</summary>
internal sealed class DicomPixels
{
    private readonly DicomFile _file;
    private readonly DicomFormat _format;
    private readonly DicomFragments? _fragments;

    /// <exception cref="InvalidDataException">There are fewer bytes than the format needs.</exception>
    public DicomPixels(DicomFile file, DicomFormat format)
    {
        (_file, _format) = (file, format);
        if (file.PixelsLength < 0)
        {
            if (file.Syntax.Packing == PixelPacking.None)
                throw new InvalidDataException("The pixels are in fragments, and the transfer syntax says that they are not packed.");
            _fragments = DicomFragments.Read(file, format.Frames);
            return;
        }

        if (file.Syntax.Packing != PixelPacking.None)
            throw new InvalidDataException("The transfer syntax says that pixels are packed, and they are not in fragments.");
        if (file.AreWords && file.Syntax.IsBigEndian && format.BytesOfSample == 1)
        {
            throw new NotSupportedException(
                "8-bit pixels written as big-endian words are not read: files differ in which byte they put first.");
        }

        var needed = checked(format.BytesOfFrame * format.Frames);
        if (file.PixelsLength < needed || file.Bytes.Length - file.PixelsAt < needed)
        {
            var there = Math.Min(file.PixelsLength, file.Bytes.Length - file.PixelsAt);
            throw new InvalidDataException(FormattableString.Invariant(
                $"The file ends within its pixels: {needed} bytes are needed for {format.Frames} frames of ")
                + FormattableString.Invariant($"{format.Columns} x {format.Rows}, {there} are there."));
        }
    }

    /// <summary>The bytes of a frame: for each pixel its samples side by side or by planes, as the format says; little end first.</summary>
    /// <returns>Bytes, and whether colors are red, green and blue already, pixel by pixel.</returns>
    /// <exception cref="InvalidDataException">The frame is damaged.</exception>
    public (byte[] Bytes, bool IsRgb) Frame(int frame)
    {
        switch (_file.Syntax.Packing)
        {
            case PixelPacking.RunLengths:
                return (RunLengths.Unpack(_fragments!.Frame(frame), _format), false);
            case PixelPacking.Jpeg:
                return (JpegFrame.Decode(_fragments!.Frame(frame), _format), _format.Samples == 3);
            case PixelPacking.JpegLossless:
                return (JpegLossless.Decode(_fragments!.Frame(frame), _format), _format.Samples == 3);
            default:
                var bytes = new byte[_format.BytesOfFrame];
                _file.Bytes.Read(_file.PixelsAt + frame * _format.BytesOfFrame, bytes);
                if (_file.Syntax.IsBigEndian && _format.BytesOfSample == 2)
                    VoxelType.UInt16.Reverse(bytes);
                return (bytes, false);
        }
    }

    /// <summary>The stored values of a gray frame, or the indices of a palette: masked, shifted, and with their sign.</summary>
    public int[] Stored(int frame)
    {
        var (bytes, _) = Frame(frame);
        var values = new int[_format.Pixels];
        var (shift, mask) = (_format.HighBit + 1 - _format.BitsStored, (1 << _format.BitsStored) - 1);
        var sign = _format.IsSigned ? 1 << (_format.BitsStored - 1) : 0;
        for (var i = 0; i < values.Length; i++)
        {
            var raw = _format.BytesOfSample == 1 ? bytes[i] : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i));
            var value = raw >> shift & mask;
            values[i] = (value ^ sign) - sign;
        }

        return values;
    }

    /// <summary>Red, green and blue of a color frame, pixel by pixel.</summary>
    public byte[] Colors(int frame)
    {
        if (_format.Photometric == "PALETTE COLOR")
            return DicomPalette.Of(_file.Dataset).Colors(Stored(frame));
        var (bytes, isRgb) = Frame(frame);
        return isRgb ? bytes : DicomColors.ToRgb(bytes, _format);
    }
}
