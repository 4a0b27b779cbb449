namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>How pixels are packed.</summary>
internal enum PixelPacking
{
    None,
    RunLengths,
    Jpeg,
    JpegLossless,
}

/// <summary>How a DICOM file is written.</summary>
internal sealed record TransferSyntax(
    bool IsExplicit, bool IsBigEndian = false, bool IsDeflated = false, PixelPacking Packing = PixelPacking.None)
{
    public static readonly TransferSyntax Implicit = new(false), Explicit = new(true);

    private static readonly Dictionary<string, TransferSyntax> Known = new()
    {
        ["1.2.840.10008.1.2"] = Implicit,
        ["1.2.840.10008.1.2.1"] = Explicit,
        ["1.2.840.10008.1.2.1.99"] = new(true, IsDeflated: true),
        ["1.2.840.10008.1.2.2"] = new(true, IsBigEndian: true),
        ["1.2.840.10008.1.2.5"] = new(true, Packing: PixelPacking.RunLengths),
        ["1.2.840.10008.1.2.4.50"] = new(true, Packing: PixelPacking.Jpeg),
        ["1.2.840.10008.1.2.4.57"] = new(true, Packing: PixelPacking.JpegLossless),
        ["1.2.840.10008.1.2.4.70"] = new(true, Packing: PixelPacking.JpegLossless),
    };

    private static readonly Dictionary<string, string> Others = new()
    {
        ["1.2.840.10008.1.2.4.51"] = "JPEG extended", ["1.2.840.10008.1.2.4.80"] = "JPEG-LS lossless",
        ["1.2.840.10008.1.2.4.81"] = "JPEG-LS near lossless", ["1.2.840.10008.1.2.4.90"] = "JPEG 2000 lossless",
        ["1.2.840.10008.1.2.4.91"] = "JPEG 2000", ["1.2.840.10008.1.2.4.92"] = "JPEG 2000 part 2 lossless",
        ["1.2.840.10008.1.2.4.93"] = "JPEG 2000 part 2", ["1.2.840.10008.1.2.4.100"] = "MPEG-2 video",
        ["1.2.840.10008.1.2.4.101"] = "MPEG-2 video", ["1.2.840.10008.1.2.4.102"] = "MPEG-4 video",
        ["1.2.840.10008.1.2.4.103"] = "MPEG-4 video", ["1.2.840.10008.1.2.4.201"] = "HTJ2K lossless",
        ["1.2.840.10008.1.2.4.202"] = "HTJ2K lossless", ["1.2.840.10008.1.2.4.203"] = "HTJ2K",
        ["1.2.840.113619.5.2"] = "GE's private implicit VR, big endian",
    };

    /// <exception cref="NotSupportedException">It is not read; the message names it, and a converter.</exception>
    public static TransferSyntax Of(string uid) => Known.TryGetValue(uid, out var known) ? known : throw new NotSupportedException(
        (Others.TryGetValue(uid, out var name) ? $"{name} (transfer syntax {uid}) is not read" : $"The transfer syntax {uid} is not known")
        + "; convert the file first, for example by \"gdcmconv --raw in.dcm out.dcm\", dcmdjpeg or dcm2niix.");
}
