using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>Reads TIFF and BigTIFF as volumes: each page is a slice; channels and times are volumes of their own.</summary>
internal static class TiffReader
{
    /// <param name="mostVoxels">More are refused.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or its pages differ.</exception>
    /// <exception cref="NotSupportedException">It uses a part of TIFF that is not read.</exception>
    public static VolumeFile Describe(string path, long mostVoxels)
    {
        TiffFile file;
        TiffDescription description;
        using (var bytes = VoxelBytes.Open(path))
        {
            file = TiffFile.Read(bytes);
            description = TiffDescription.Of(file.First, file.Pages[0].Format.Samples);
        }

        var (format, pages) = (file.Pages[0].Format, file.Pages.Count);
        var (isFit, slices) = (description.Fits(pages), pages);
        if (isFit)
            slices = (int)description.Slices;
        else if (description.Channels * description.Times > 1)
        {
            throw new NotSupportedException($"The description of the file has {description.Slices} slices, {description.Channels} channels "
                + $"and {description.Times} times, and the file {pages} pages: stacks of several files, or of one page for all, are not "
                + "read. Save it as one TIFF with a page for each slice.");
        }

        var shape = VolumeShape.Of([format.Width, format.Height, slices, pages / slices], mostVoxels);
        var type = format.Number.Of(format.Kept) ?? throw new NotSupportedException(
            $"Colors of {8 * format.Number.Bytes()} bits ({format.Number}) are not read; expected whole numbers of 8 or 16 bits.");
        return new(Placement.Unknown(shape, description.X ?? 1, description.Y ?? 1, description.Z ?? description.X ?? 1), type,
            (volume, _) => new TiffVoxels(VoxelBytes.Open(path), [.. description.PagesOf(volume, pages).Select(page => file.Pages[page])],
                file.IsBigEndian))
        {
            Times = shape.Times, IsInverted = format.IsInverted, Warnings = [.. WarningsOf(file, description, isFit, slices)],
        };
    }

    private static IEnumerable<string> WarningsOf(TiffFile file, TiffDescription description, bool isFit, int slices)
    {
        yield return Placement.NoOrientation;
        if (description.X is null || description.Y is null)
            yield return Placement.NoSpacing;
        else if (description.Z is null && slices > 1)
            yield return "The file does not say how far its slices lie apart: they are taken to lie as far apart as its columns.";
        if (description.Slices > 0 && !isFit)
            yield return $"The description of the file has {description.Slices} slices, and the file {slices} pages: each page is a slice.";
        if (file.LeftOut > 0)
            yield return $"{file.LeftOut} pages are left out, which are previews or masks of others.";
        if (file.Pages[0].Format.Samples > file.Pages[0].Format.Kept)
            yield return "Each pixel has further numbers, such as opacity, which are left out.";
    }
}
