using System.IO.Compression;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Takes a DICOM file apart as far as its pixels. Nesting is a list here, not calls, so that no file ends the process.</summary>
internal sealed class DicomParser
{
    private const uint Undefined = 0xFFFFFFFF;
    private const int MostDepth = 64, MarkEnd = 132;
    private const long MostKept = 64 << 20; // bytes of elements that are kept
    private static readonly HashSet<string> LongForms = ["OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UR", "UT", "UN"];
    private static readonly HashSet<DicomTag> Sequences =
    [
        DicomTag.FrameContent, DicomTag.PlanePosition, DicomTag.PlaneOrientation, DicomTag.ModalityTable, DicomTag.DisplayTable,
        DicomTag.PixelMeasures, DicomTag.FrameWindow, DicomTag.PixelTransformation, DicomTag.SharedGroups, DicomTag.FrameGroups,
        DicomTag.Segments, DicomTag.SegmentIdentification,
    ];

    private readonly DicomReader _reader;
    private readonly DicomDataset _dataset;
    private readonly IReadOnlyCollection<DicomTag> _alsoKept;
    private readonly List<Level> _levels = [];
    private long _kept;

    private DicomParser(DicomReader reader, DicomDataset dataset, IReadOnlyCollection<DicomTag> alsoKept) =>
        (_reader, _dataset, _alsoKept) = (reader, dataset, alsoKept);

    /// <summary>Whether a file looks like DICOM.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool Fits(string path)
    {
        using var bytes = VoxelBytes.Open(path);
        return Start(bytes) is not null;
    }

    /// <summary>Whether the bytes of a file look like DICOM.</summary>
    public static bool Fits(ReadOnlySpan<byte> file) => Start(file[..Math.Min(MarkEnd, file.Length)]) is not null;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, is no DICOM, or holds no pixels.</exception>
    /// <exception cref="NotSupportedException">Its transfer syntax is not read.</exception>
    /// <param name="otherKind">What a data set is that holds no image; null for one that may.</param>
    /// <param name="alsoKept">Elements that are kept beside those that have a name; null: none.</param>
    public static DicomFile Open(
        string path, string temporaryFolder, Func<DicomDataset, string?> otherKind, IReadOnlyCollection<DicomTag>? alsoKept = null) =>
        Open(VoxelBytes.Open(path), path, temporaryFolder, otherKind, alsoKept);

    /// <param name="bytes">Of the file; they become the result's.</param>
    /// <param name="path">Empty for bytes that are in memory alone.</param>
    /// <inheritdoc cref="Open(string, string, Func{DicomDataset, string?}, IReadOnlyCollection{DicomTag}?)"/>
    public static DicomFile Open(
        VoxelBytes bytes, string path, string temporaryFolder, Func<DicomDataset, string?> otherKind,
        IReadOnlyCollection<DicomTag>? alsoKept = null)
    {
        try
        {
            var start = Start(bytes) ?? throw new InvalidDataException(bytes.Length == 0 ? "The file is empty."
                : "The file is not DICOM: it has neither the mark DICM nor a first element that a file begins with.");
            var reader = new DicomReader(bytes) { Position = start };
            var dataset = new DicomDataset();
            var syntax = ReadMeta(reader, dataset);
            if (syntax.IsDeflated)
                bytes = Inflate(bytes, ref reader, temporaryFolder);
            reader.IsBigEndian = syntax.IsBigEndian;
            dataset.IsBigEndian = syntax.IsBigEndian;
            var (length, areWords) = new DicomParser(reader, dataset, alsoKept ?? []).ReadUpToPixels(syntax.IsExplicit, otherKind);
            return new(path, syntax, dataset, bytes, reader.Position, length, areWords);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    // Where the first element is: after preamble and mark, or at once.
    private static long? Start(VoxelBytes bytes)
    {
        Span<byte> first = stackalloc byte[(int)Math.Min(MarkEnd, bytes.Length)];
        bytes.Read(0, first);
        return Start(first);
    }

    private static long? Start(ReadOnlySpan<byte> first)
    {
        if (first.Length == MarkEnd && first[128..].SequenceEqual("DICM"u8))
            return MarkEnd;
        if (first.Length < 8)
            return null;
        var (group, element) = (first[0] | first[1] << 8, first[2] | first[3] << 8);
        return group is 2 or 8 && element is 0 or 1 or 5 or 8 or 0x10 or 0x12 or 0x16 or 0x18 ? 0 : null;
    }

    // Group 2 is always explicit, little end first; it ends where another group begins, whatever it says of its length.
    private static TransferSyntax ReadMeta(DicomReader reader, DicomDataset dataset)
    {
        var isThere = false;
        while (!reader.IsAtEnd)
        {
            var at = reader.Position;
            var tag = reader.Tag();
            if ((uint)tag >> 16 != 2)
            {
                reader.Position = at;
                break;
            }

            isThere = true;
            var form = Form(reader);
            var length = LongForms.Contains(form) ? LongLength(reader) : reader.Short();
            if (Enum.IsDefined(tag) && length < MostKept)
                dataset.Add(tag, reader.TakeValue(length));
            else
                reader.Skip(length);
        }

        if (dataset.Text(DicomTag.TransferSyntax) is { } uid)
            return TransferSyntax.Of(uid);
        if (isThere)
            throw new InvalidDataException("The file does not say its transfer syntax.");
        var first = reader.Position;
        reader.Skip(4);
        var isExplicit = reader.Take(2) is [>= (byte)'A' and <= (byte)'Z', >= (byte)'A' and <= (byte)'Z'];
        reader.Position = first;
        return isExplicit ? TransferSyntax.Explicit : TransferSyntax.Implicit;
    }

    private static VoxelBytes Inflate(VoxelBytes packed, ref DicomReader reader, string temporaryFolder)
    {
        var from = reader.Position;
        using (packed)
        {
            using var inflated = new DeflateStream(new VoxelStream(packed, from), CompressionMode.Decompress);
            try
            {
                var bytes = VoxelBytes.Unpack(inflated, long.MaxValue, packed.Length - from, temporaryFolder);
                reader = new(bytes);
                return bytes;
            }
            catch (InvalidDataException failure)
            {
                throw new InvalidDataException($"The file is deflated, and damaged: {failure.Message}", failure);
            }
        }
    }

    private (long Length, bool AreWords) ReadUpToPixels(bool isExplicit, Func<DicomDataset, string?> otherKind)
    {
        var sawFloats = false;
        while (true)
        {
            Close();
            if (_reader.IsAtEnd)
            {
                throw _levels.Count > 0
                    ? new InvalidDataException("The file ends within a sequence: it is cut off, or a length in it is wrong.")
                    : otherKind(_dataset) is { } kind ? new NoImageException(kind)
                    : sawFloats ? new NotSupportedException("Pixels that are floating-point numbers are not read.")
                    : new InvalidDataException("The file holds no pixels: it is no image, or it is cut off.");
            }

            var tag = _reader.Tag();
            if (_levels.Count > 0 && _levels[^1] is { IsSequence: true } sequence)
            {
                ReadItem(tag, sequence);
                continue;
            }

            if (tag == DicomTag.ItemEnd && _levels.Count > 0)
            {
                _reader.Skip(4);
                _levels.RemoveAt(_levels.Count - 1);
                continue;
            }

            var level = _levels.Count == 0 ? null : _levels[^1];
            var (form, length) = ReadForm(level?.IsExplicit ?? isExplicit);
            if (level is null && tag == DicomTag.Pixels)
                return (length == Undefined ? -1 : length, form == "OW");
            sawFloats |= level is null && tag is DicomTag.FloatPixels or DicomTag.DoublePixels;
            ReadValue(tag, form, length, level, level?.IsExplicit ?? isExplicit);
        }
    }

    // Sequences and items of given length end where it ends.
    private void Close()
    {
        while (_levels.Count > 0 && _levels[^1].End is { } end && _reader.Position >= end)
        {
            if (_reader.Position > end)
                throw new InvalidDataException("An element is longer than the sequence that holds it.");
            _levels.RemoveAt(_levels.Count - 1);
        }
    }

    private void ReadItem(DicomTag tag, Level sequence)
    {
        var length = _reader.Int();
        if (tag == DicomTag.SequenceEnd)
        {
            _levels.RemoveAt(_levels.Count - 1);
            return;
        }

        if (tag != DicomTag.Item)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"A sequence holds the element {(uint)tag:X8} where an item is expected."));
        }

        if (sequence.IsFragments)
            _reader.Skip(length);
        else
            Push(new(false, End(length), sequence.IsExplicit, sequence.Keeper?.AddItem(sequence.Tag), default));
    }

    private (string? Form, uint Length) ReadForm(bool isExplicit)
    {
        if (!isExplicit)
            return (null, _reader.Int());
        var form = Form(_reader);
        return (form, LongForms.Contains(form) ? LongLength(_reader) : _reader.Short());
    }

    private void ReadValue(DicomTag tag, string? form, uint length, Level? level, bool isExplicit)
    {
        var keeper = level is null ? _dataset : level.Dataset;
        if (form == "SQ" || (length == Undefined && form is null or "UN") || (form is null && Sequences.Contains(tag)))
        {
            // What is unknown and of undefined length is a sequence whose content is implicit.
            Push(new(true, End(length), isExplicit && form != "UN", null, Sequences.Contains(tag) ? keeper : null, tag));
        }
        else if (length == Undefined)
            Push(new(true, null, isExplicit, null, null, tag) { IsFragments = true }); // pixels of an icon
        else if (keeper is not null && (Enum.IsDefined(tag) || _alsoKept.Contains(tag)))
        {
            if ((_kept += length) > MostKept)
                throw new InvalidDataException($"The file's elements before its pixels have more than {MostKept >> 20} MB.");
            keeper.Add(tag, _reader.TakeValue(length));
        }
        else
            _reader.Skip(length);
    }

    private long? End(uint length)
    {
        if (length == Undefined)
            return null;
        return length <= _reader.Length - _reader.Position ? _reader.Position + length
            : throw new InvalidDataException("The file ends within a sequence: it is cut off, or a length in it is wrong.");
    }

    private void Push(Level level)
    {
        if (_levels.Count == MostDepth)
            throw new InvalidDataException($"Sequences lie more than {MostDepth} deep in each other.");
        _levels.Add(level);
    }

    private static string Form(DicomReader reader)
    {
        var letters = reader.Take(2);
        return letters is [>= (byte)'A' and <= (byte)'Z', >= (byte)'A' and <= (byte)'Z']
            ? $"{(char)letters[0]}{(char)letters[1]}"
            : throw new InvalidDataException(FormattableString.Invariant(
                $"An element has no type: expected two capital letters, found {letters[0]:X2} {letters[1]:X2}."));
    }

    private static uint LongLength(DicomReader reader)
    {
        reader.Skip(2);
        return reader.Int();
    }

    /// <summary>A sequence, or an item of one, that is being read.</summary>
    /// <param name="Dataset">Of an item that is kept.</param>
    /// <param name="Keeper">Of a sequence that is kept, what holds it.</param>
    private sealed record Level(
        bool IsSequence, long? End, bool IsExplicit, DicomDataset? Dataset, DicomDataset? Keeper, DicomTag Tag = default)
    {
        public bool IsFragments { get; init; }
    }
}
