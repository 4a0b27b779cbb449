using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>How the pixels of a file are laid out; checked.</summary>
internal sealed record DicomFormat
{
    private static readonly string[] Grays = ["MONOCHROME1", "MONOCHROME2"], Colors = ["RGB", "YBR_FULL", "YBR_FULL_422"];

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int Frames { get; init; }

    /// <summary>Numbers of a pixel, as stored: 3 for colors that are not of a palette.</summary>
    public required int Samples { get; init; }

    /// <summary>MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB, YBR_FULL or YBR_FULL_422.</summary>
    public required string Photometric { get; init; }

    /// <summary>Whether all red numbers come first, then all green, then all blue ones.</summary>
    public required bool IsPlanar { get; init; }

    public required int BitsAllocated { get; init; }

    public required int BitsStored { get; init; }

    public required int HighBit { get; init; }

    public required bool IsSigned { get; init; }

    public bool IsColor => Samples == 3 || Photometric == "PALETTE COLOR";

    /// <summary>Low values are bright.</summary>
    public bool IsInverted => Photometric == "MONOCHROME1";

    public int BytesOfSample => BitsAllocated / 8;

    public int Pixels => Rows * Columns;

    /// <summary>Bytes of a frame that is not packed.</summary>
    public long BytesOfFrame => Photometric == "YBR_FULL_422" ? 2L * Pixels : (long)Pixels * Samples * BytesOfSample;

    /// <exception cref="InvalidDataException">An element is missing, or says what cannot be.</exception>
    /// <exception cref="NotSupportedException">The layout is not read.</exception>
    public static DicomFormat Of(DicomDataset dataset)
    {
        var (rows, columns) = (Required(DicomTag.Rows), Required(DicomTag.Columns));
        var samples = dataset.Short(DicomTag.Samples) ?? 1;
        var photometric = dataset.Text(DicomTag.Photometric) ?? throw Missing(DicomTag.Photometric);
        var allocated = Required(DicomTag.BitsAllocated);
        var stored = dataset.Short(DicomTag.BitsStored) ?? allocated;
        var highBit = dataset.Short(DicomTag.HighBit) ?? stored - 1;
        Require(rows >= 1 && columns >= 1, $"the image has {columns} x {rows} pixels");
        Require((long)rows * columns <= VolumeLimits.Voxels, $"the image has {columns} x {rows} pixels, more than are read");
        var frames = dataset.Whole(DicomTag.Frames) ?? 1;
        Require(frames is >= 1 and <= VolumeLimits.Side, $"the number of frames is {frames}");
        if (allocated == 1)
            throw new NotSupportedException("Pixels of one bit, as in a DICOM segmentation, are not read as an image.");
        if (allocated == 32)
            throw new NotSupportedException("Pixels of 32 bits are not read.");
        Require(allocated is 8 or 16, $"BitsAllocated is {allocated}, expected 8 or 16");
        Require(stored >= 1 && stored <= allocated, $"BitsStored is {stored} of {allocated}");
        Require(highBit < allocated && highBit + 1 >= stored, $"HighBit is {highBit} for {stored} of {allocated} bits");
        var isGray = Grays.Contains(photometric) || photometric == "PALETTE COLOR";
        Require(isGray || Colors.Contains(photometric), $"PhotometricInterpretation is '{photometric}'");
        Require(samples == (isGray ? 1 : 3), $"SamplesPerPixel is {samples} for {photometric}");
        if (!isGray && allocated != 8)
            throw new NotSupportedException($"Colors of {allocated} bits are not read.");
        return new()
        {
            Rows = rows, Columns = columns, Frames = (int)frames, Samples = samples, Photometric = photometric,
            IsPlanar = samples == 3 && dataset.Short(DicomTag.PlanarConfiguration) == 1, BitsAllocated = allocated, BitsStored = stored,
            HighBit = highBit, IsSigned = dataset.Short(DicomTag.IsSigned) == 1,
        };

        int Required(DicomTag tag) => dataset.Short(tag) ?? throw Missing(tag);
    }

    private static InvalidDataException Missing(DicomTag tag) => new($"The file has no {tag}, which an image must have.");

    private static void Require(bool holds, FormattableString what)
    {
        if (!holds)
            throw new InvalidDataException($"The file's pixels cannot be as it says: {FormattableString.Invariant(what)}.");
    }
}
