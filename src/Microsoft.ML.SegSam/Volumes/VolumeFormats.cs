using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Meta;
using Microsoft.ML.SegSam.Volumes.Nrrd;
using Microsoft.ML.SegSam.Volumes.Numpy;
using Microsoft.ML.SegSam.Volumes.Tiff;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>The formats beside NIfTI and DICOM, told apart by their first bytes.</summary>
internal static class VolumeFormats
{
    public const string Known = "NIfTI, DICOM, MetaImage, NRRD, NumPy (.npy, .npz), TIFF and PNG";
    private const int Start = 512, DicomMark = 128;

    /// <param name="mostVoxels">More are refused.</param>
    /// <param name="isOfLabels">Whether labels are wanted, where the file has an image and its labels.</param>
    /// <returns>What a file says of its volumes; null where it is in none of these formats.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or contradicts itself.</exception>
    /// <exception cref="NotSupportedException">It uses a part of its format that is not read.</exception>
    public static VolumeFile? Describe(string path, long mostVoxels, bool isOfLabels)
    {
        var bytes = new byte[Start];
        using (var file = File.OpenRead(path))
            bytes = bytes[..file.ReadAtLeast(bytes, Start, throwOnEndOfStream: false)];
        var start = bytes.AsSpan();
        if (start.Length > DicomMark && start[DicomMark..].StartsWith("DICM"u8))
            return null; // whatever is before the mark, which may be a TIFF header
        return MetaHeader.Fits(start) ? MetaReader.Describe(path, mostVoxels)
            : NrrdHeader.Fits(start) ? NrrdReader.Describe(path, mostVoxels)
            : NpyHeader.Fits(start) ? NumpyReader.Describe(path, mostVoxels)
            : NpzReader.Fits(start) ? NpzReader.Describe(path, mostVoxels, isOfLabels)
            : TiffFile.Fits(start) ? TiffReader.Describe(path, mostVoxels)
            : PngReader.Fits(start) ? PngReader.Describe(path, mostVoxels)
            : null;
    }
}
