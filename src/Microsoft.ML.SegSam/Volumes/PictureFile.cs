using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Decodes what a model is given as an image file: a picture, or a DICOM file of one frame.</summary>
internal static class PictureFile
{
    /// <param name="look">
    /// How a DICOM image is shown: as slices in the model's training; null, and where that says nothing: by its own window.
    /// </param>
    /// <exception cref="InvalidDataException">The bytes are in another format, or the file is truncated or damaged.</exception>
    /// <exception cref="NotSupportedException">The DICOM file has several frames, or its layout is not read.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file, SliceLook? look)
    {
        if (!DicomParser.Fits(file))
            return PixelImage.Decode(file);
        using var volume = MedicalVolume.OfFrame(VoxelBytes.Of(file.ToArray()));
        return volume.ReadSlice(SlicePlane.Stored, 0).ToPixels(look?.Of(volume) ?? IntensityWindow.For(volume));
    }
}
