using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>A DICOM file: its elements, and where its pixels are.</summary>
/// <param name="Bytes">The file, unpacked where it is deflated; owned.</param>
/// <param name="PixelsAt">Where the value of Pixel Data begins.</param>
/// <param name="PixelsLength">Its length; −1 where it consists of fragments.</param>
/// <param name="AreWords">Whether pixels are written as words of 16 bits, whatever their own size.</param>
internal sealed record DicomFile(
    string Path, TransferSyntax Syntax, DicomDataset Dataset, VoxelBytes Bytes, long PixelsAt, long PixelsLength, bool AreWords)
    : IDisposable
{
    public void Dispose() => Bytes.Dispose();
}
