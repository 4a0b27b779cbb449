using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>Cuts volumes into rows, one slice in memory at a time. Each enumeration reads the files again.</summary>
internal sealed class SliceReader(IReadOnlyList<VolumeCase> cases, SliceOptions options)
{
    /// <summary>A row for each slice.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public IEnumerable<SliceRow> Slices()
    {
        foreach (var item in cases)
        {
            using var volume = Open(item);
            foreach (var index in Indices(volume))
                yield return Fill(new SliceRow(), item, volume.ReadSlice(options.Plane, index), volume);
        }
    }

    /// <summary>A row for each object on each slice.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, labels lie on another grid, or a label has no name.</exception>
    public IEnumerable<ObjectSliceRow> Objects()
    {
        foreach (var item in cases)
        {
            using var volume = Open(item);
            using var labels = LabelSlices.Open(item.LabelPath!, volume, item.ImagePath, item.Reading);
            foreach (var index in Indices(volume))
            {
                foreach (var row in Objects(item, volume, labels.Read(options.Plane, index), index, item.Names ?? labels.Names))
                    yield return row;
            }
        }
    }

    private IEnumerable<ObjectSliceRow> Objects(
        VolumeCase item, MedicalVolume volume, IReadOnlyList<(double Label, SegmentationMask Mask)> labels, int index,
        IReadOnlyDictionary<int, string> names)
    {
        var objects = labels.Where(label => label.Mask.Area >= options.MinPixels)
            .Select(label => (label.Mask, Name: NameOf(label.Label))).ToList();
        if (objects.Count == 0)
            yield break;
        var first = Fill(new ObjectSliceRow(), item, volume.ReadSlice(options.Plane, index), volume);
        foreach (var (mask, name) in objects)
        {
            var box = mask.Box!.Value;
            yield return new()
            {
                Image = first.Image, CaseId = first.CaseId, SliceIndex = first.SliceIndex, Spacing = first.Spacing,
                ImageId = first.ImageId, Dataset = first.Dataset, Modality = first.Modality,
                Mask = new PixelImage(mask.Height, mask.Width, [.. mask.ToPixels().SelectMany(isInside => Enumerable.Repeat(
                    isInside ? byte.MaxValue : (byte)0, 3))]).EncodePng(),
                Box = [box.X0, box.Y0, box.X1, box.Y1],
                Category = name,
                PresentCategories = [.. objects.Select(other => other.Name)],
            };
        }

        string NameOf(double label) => label == Math.Floor(label) && names.TryGetValue((int)label, out var name) ? name
            : throw new InvalidDataException(FormattableString.Invariant(
                $"'{item.LabelPath}' has the label {label} on slice {index}, and its names are ")
                + (names.Count == 0 ? "unknown"
                    : string.Join(", ", names.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value}"))))
                + $". Give {nameof(VolumeCase)}.{nameof(VolumeCase.Names)}.");
    }

    private T Fill<T>(T row, VolumeCase item, VolumeSlice slice, MedicalVolume volume) where T : SliceRow
    {
        row.Image = slice.ToPixels(options.Window ?? IntensityWindow.For(volume)).EncodePng();
        row.CaseId = item.CaseId ?? DatasetFolder.IdOf(item.ImagePath);
        row.SliceIndex = slice.Index;
        row.Spacing = [(float)slice.PixelSpacing.X, (float)slice.PixelSpacing.Y];
        row.ImageId = FormattableString.Invariant($"{item.Dataset}/{row.CaseId}/{slice.Index:0000}");
        row.Dataset = item.Dataset;
        row.Modality = item.Modality ?? volume.Modality ?? "";
        return row;
    }

    private static MedicalVolume Open(VolumeCase item) => MedicalVolume.Load(item.ImagePath, item.Reading);

    private IEnumerable<int> Indices(MedicalVolume volume)
    {
        for (var index = 0; index < volume.CountSlices(options.Plane); index += options.Every)
            yield return index;
    }
}
