using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>Reads slices that are files, one image with its masks in memory at a time. Each enumeration reads the files again.</summary>
internal sealed class SliceFileReader(IReadOnlyList<SliceFiles> files, int minPixels)
{
    private readonly List<IGrouping<string, SliceFiles>> _images = [.. files.GroupBy(file => file.ImageId)];

    /// <exception cref="ArgumentException">An option is for volumes.</exception>
    /// <exception cref="IOException">There is no such folder or no list in it, or a listed file is missing.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON, a name does not fit, or no mask is listed.</exception>
    public static SliceFileReader Open(string folder, SliceOptions options)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        if (SamMed2DFolder.ListIn(folder) is not { } list)
        {
            throw new FileNotFoundException($"'{folder}' holds {Contents(folder)}; expected {DatasetFolder.File} (nnU-Net, the decathlon), "
                + $"{SliceFiles.ListName} (SA-Med2D-20M), or {SamMed2DFolder.TrainList} or {SamMed2DFolder.TestList} (SAM-Med2D).");
        }

        var wrong = options.Plane != SlicePlane.Axial ? nameof(SliceOptions.Plane)
            : options.Window is not null ? nameof(SliceOptions.Window) : options.Every != 1 ? nameof(SliceOptions.Every) : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"{wrong} says how volumes are cut, and '{folder}' holds slices that are cut already, by its "
                + $"{list}; leave it out.", nameof(options));
        }

        var files = SliceFiles.Find(folder);
        return files.Count > 0 ? new(files, options.MinPixels) : throw new InvalidDataException($"'{folder}' lists no masks.");
    }

    /// <summary>A row for each mask; those of an image follow each other.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or a mask is a label map or has another size than its image.</exception>
    public IEnumerable<ListedSliceRow> Objects() => _images.SelectMany(Objects);

    private IEnumerable<ListedSliceRow> Objects(IGrouping<string, SliceFiles> masks)
    {
        var path = masks.First().ImagePath;
        var image = ImageFile.Read(path, PixelImage.Decode);
        var objects = masks.Select(file => (File: file, Mask: ReadMask(file.MaskPath, image))).Where(item => item.Mask.Area >= minPixels)
            .ToList();
        if (objects.Count == 0)
            yield break;
        var (bytes, present) = (File.ReadAllBytes(path), objects.Select(item => item.File.Category).Distinct().ToArray());
        foreach (var (file, mask) in objects)
        {
            var box = mask.Box!.Value;
            yield return new()
            {
                Image = bytes,
                CaseId = file.Name.CaseId.Length > 0 ? file.Name.CaseId : file.ImageId,
                SliceIndex = file.Name.SliceIndex,
                Spacing = [float.NaN, float.NaN],
                ImageId = file.ImageId,
                Dataset = file.Name.Dataset,
                Modality = ModalityCode.Of(file.Name.Modality) ?? "",
                Mask = File.ReadAllBytes(file.MaskPath),
                Box = [box.X0, box.Y0, box.X1, box.Y1],
                Category = file.Category,
                PresentCategories = present,
                Split = file.Split,
            };
        }
    }

    private static SegmentationMask ReadMask(string path, PixelImage image)
    {
        var mask = ImageFile.ReadMask(path, out _);
        return (mask.Width, mask.Height) == (image.Width, image.Height) ? mask : throw new InvalidDataException(FormattableString.Invariant(
            $"The mask '{path}' is {mask.Width} x {mask.Height} pixels (width x height), its image {image.Width} x {image.Height}; ")
            + "they must have the same size.");
    }

    private static string Contents(string folder)
    {
        var names = Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "nothing" : string.Join(", ", names.Take(5)) + (names.Count > 5 ? " and others" : "");
    }
}
