using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Labels;
using Microsoft.ML.SegSam.Volumes.Meta;
using Microsoft.ML.SegSam.Volumes.Nifti;
using Microsoft.ML.SegSam.Volumes.Nrrd;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Labels on the grid of a volume: for each voxel the number of an object or a category, 0 for none. Immutable.</summary>
/// <remarks>Held as run lengths, so that memory follows the objects, not the volume.</remarks>
public sealed partial class LabelVolume
{
    private readonly LabelRuns _runs;
    private readonly Lazy<SortedDictionary<int, long>> _counts;

    internal LabelVolume(VolumeGeometry geometry, LabelRuns runs, IReadOnlyDictionary<int, string> names, VolumeOrigin origin)
    {
        (Geometry, _runs, Names, Origin) = (geometry, runs, names, origin);
        _counts = new(runs.Count);
    }

    /// <summary>Where the voxels lie; the same as the image's.</summary>
    public VolumeGeometry Geometry { get; }

    /// <summary>What each label means, as far as it is known.</summary>
    public IReadOnlyDictionary<int, string> Names { get; }

    /// <summary>The labels that occur, ascending; 0 is left out.</summary>
    public IReadOnlyList<int> Labels => [.. _counts.Value.Keys];

    /// <summary>Volume of each label that occurs, in mm³; divide by 1,000 for milliliters.</summary>
    public IReadOnlyDictionary<int, double> Volumes =>
        _counts.Value.ToDictionary(pair => pair.Key, pair => pair.Value * Geometry.VoxelVolume);

    /// <summary>What a person should know of the file it was read from: what it does not say, what is unusual.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>The endings of names that <see cref="Save"/> takes; each stands for a format.</summary>
    public static IReadOnlyList<string> FileEndings { get; } = [".nii", ".nii.gz", ".seg.nrrd", ".nrrd", ".mha"];

    internal LabelRuns Runs => _runs;

    internal VolumeOrigin Origin { get; }

    /// <summary>The label of a voxel, by the file's indices; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such voxel.</exception>
    public int this[int i, int j, int k]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Geometry.Columns, nameof(i));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)j, (uint)Geometry.Rows, nameof(j));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)k, (uint)Geometry.Slices, nameof(k));
            return _runs.At(k, j * Geometry.Columns + i);
        }
    }

    /// <summary>
    /// Reads a label volume: any volume that <see cref="MedicalVolume.Load"/> reads whose values are whole numbers from 0 on; of MedSAM's
    /// .npz the array gts. Names come from the file where it has them, as TotalSegmentator writes them into NIfTI, and 3D Slicer into
    /// .seg.nrrd. Of a DICOM segmentation (SEG) segments become labels, on the smallest grid that holds them;
    /// <see cref="LoadSegmentation"/> reads it onto the voxels of an image.
    /// </summary>
    /// <inheritdoc cref="MedicalVolume.Load" path="/*[self::param or self::exception]"/>
    public static LabelVolume Load(string path, MedicalVolumeOptions? options = null)
    {
        options ??= new();
        if (SegmentationFile.Fits(path, options.TemporaryFolder ?? Path.GetTempPath()))
            return ReadSegmentation(path, source: null, options.MaxVoxels);
        using var volume = MedicalVolume.Open(path, options, isOfLabels: true);
        return From(volume, volume.LabelNames);
    }

    /// <summary>Takes the values of a volume as labels.</summary>
    /// <param name="names">What each label means; null: unknown.</param>
    /// <exception cref="InvalidDataException">A value is no whole number from 0 on, or the volume has colors.</exception>
    public static LabelVolume From(MedicalVolume volume, IReadOnlyDictionary<int, string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(volume);
        if (volume.IsColor)
            throw new InvalidDataException("The volume has colors; expected one whole number a voxel, its label.");
        var geometry = volume.Geometry;
        var (runs, labels) = (new LabelRuns.Builder(geometry.Slices), new int[geometry.Columns * geometry.Rows]);
        for (var k = 0; k < geometry.Slices; k++)
        {
            var values = volume.Voxels.ReadSlice(k);
            for (var i = 0; i < values.Length; i++)
            {
                labels[i] = values[i] is >= 0 and <= int.MaxValue && values[i] == Math.Floor(values[i]) ? (int)values[i]
                    : throw new InvalidDataException(FormattableString.Invariant(
                        $"The value at ({i % geometry.Columns}, {i / geometry.Columns}, {k}) is {values[i]}; ")
                        + "expected whole numbers from 0 on, the labels. Is it an image?");
            }

            runs.AddSlice(k, labels);
        }

        return new(geometry, runs.Build(), names ?? new Dictionary<int, string>(), volume.Origin) { Warnings = volume.Warnings };
    }

    /// <summary>Makes one volume of several objects that were segmented one by one.</summary>
    /// <param name="objects">
    /// At least one, all on one grid: the voxels of an object, whatever their labels; the label that it gets, 1 or more, each once; and its
    /// name. Where objects overlap, the first has the voxel.
    /// </param>
    /// <exception cref="ArgumentException">There are none, they lie on different grids, or two have one label.</exception>
    public static LabelVolume Combine(IReadOnlyList<(LabelVolume Voxels, int Label, string Name)> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        if (objects.Count == 0 || objects.Any(item => item.Label < 1) || objects.DistinctBy(item => item.Label).Count() < objects.Count)
        {
            throw new ArgumentException("Expected at least one object, and a label of its own for each, from 1 on; found "
                + (objects.Count == 0 ? "none." : $"the labels {string.Join(", ", objects.Select(item => item.Label))}."), nameof(objects));
        }

        var first = objects[0].Voxels;
        if (objects.FirstOrDefault(item => !item.Voxels.Geometry.Equals(first.Geometry)).Voxels is { } other)
        {
            throw new ArgumentException($"The objects lie on different grids: {first.Geometry} and {other.Geometry}, or their places in "
                + "the patient differ.", nameof(objects));
        }

        var (runs, slice) = (new LabelRuns.Builder(first.Geometry.Slices), new int[first.Geometry.Columns * first.Geometry.Rows]);
        for (var k = 0; k < first.Geometry.Slices; k++)
        {
            Array.Clear(slice);
            foreach (var (voxels, label, _) in objects.Reverse())
            {
                foreach (var run in voxels._runs.Of(k))
                    slice.AsSpan(run.Start, run.Length).Fill(label);
            }

            runs.AddSlice(k, slice);
        }

        return new(first.Geometry, runs.Build(), objects.ToDictionary(item => item.Label, item => item.Name), first.Origin);
    }

    /// <summary>The mask of a label on a slice, turned as the plane says, so that it lies over the picture of that slice.</summary>
    /// <param name="label">1 or more.</param>
    /// <param name="plane">Which way to cut.</param>
    /// <param name="index">Counting from 0, as in <see cref="MedicalVolume.ReadSlice"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slice.</exception>
    public SegmentationMask ReadMask(int label, SlicePlane plane, int index)
    {
        var axes = SliceAxes.Of(Geometry, plane);
        var at = axes.At(index);
        var pixels = new bool[axes.Width * axes.Height];
        for (var k = axes.Fixed == 2 ? at : 0; k < (axes.Fixed == 2 ? at + 1 : Geometry.Slices); k++)
        {
            foreach (var run in _runs.Of(k))
            {
                for (var place = run.Start; run.Label == label && place < run.End; place++)
                {
                    ReadOnlySpan<int> voxel = [place % Geometry.Columns, place / Geometry.Columns, k];
                    if (voxel[axes.Fixed] == at)
                        pixels[axes.ToY(voxel[axes.Row]) * axes.Width + axes.ToX(voxel[axes.Column])] = true;
                }
            }
        }

        return SegmentationMask.FromPixels(pixels, axes.Height, axes.Width);
    }

    /// <summary>
    /// Writes the labels with their names on the image's grid, in the format that the ending names: .nii or .nii.gz (NIfTI), .seg.nrrd or
    /// .nrrd (a segmentation of 3D Slicer), .mha (MetaImage). Voxels get the least of 1, 2 and 4 bytes that holds the labels, and are
    /// packed, but in .nii.
    /// </summary>
    /// <remarks>
    /// Labels of a NIfTI file get its header with its geometry byte for byte when they are written as NIfTI again; those of a MetaImage
    /// file its spacing, directions and offset. All others get the geometry's matrix: in NIfTI as numbers of 32 bits, in the others exact,
    /// turned to LPS+.
    /// </remarks>
    /// <param name="path">An existing file is replaced once the new one is complete.</param>
    /// <exception cref="ArgumentException">The name has another ending.</exception>
    /// <exception cref="InvalidOperationException">
    /// Slices have no one distance, which only a DICOM segmentation can say; or the names are too many for a header.
    /// </exception>
    /// <exception cref="NotSupportedException">NIfTI does not hold so many voxels on an axis.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        bool Is(string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
        if (!FileEndings.Any(Is))
        {
            throw new ArgumentException($"'{Path.GetFileName(path)}' has an unknown ending; expected "
                + $"{string.Join(", ", FileEndings.SkipLast(1))} or {FileEndings[^1]}."
                + $"{(Is(".dcm") ? " SaveSegmentation writes DICOM." : "")}", nameof(path));
        }

        if (!IsRegular && Origin.Slices.All(slice => slice.Place.Height is not null))
        {
            throw new InvalidOperationException("The slices have no one distance, and the format has no place for several. Write a DICOM "
                + "segmentation by SaveSegmentation(\".dcm\").");
        }

        if (Is(".nrrd"))
            NrrdLabelWriter.Write(path, Geometry, _runs, Names);
        else if (Is(".mha"))
            MetaLabelWriter.Write(path, Geometry, _runs, Names, Origin.Place);
        else
            NiftiLabelWriter.Write(path, Geometry, _runs, Names, Origin.NiftiHeader);
    }

    /// <summary>The same voxels with other numbers.</summary>
    /// <param name="numbers">Of each label that occurs; two may become one.</param>
    /// <param name="names">Of the new numbers.</param>
    internal LabelVolume Renumbered(IReadOnlyDictionary<int, int> numbers, IReadOnlyDictionary<int, string> names)
    {
        var runs = new LabelRuns.Builder(Geometry.Slices);
        for (var k = 0; k < Geometry.Slices; k++)
        {
            foreach (var run in _runs.Of(k))
                runs.Add(k, run.Start, run.Length, numbers[run.Label]);
        }

        return new(Geometry, runs.Build(), names, Origin);
    }

    /// <summary>Size and labels, such as "512 x 512 x 320, …: 1 liver 1,480 ml".</summary>
    public override string ToString() => Labels.Count == 0 ? $"{Geometry}: no label" : $"{Geometry}: "
        + string.Join(", ", Volumes.Select(pair => FormattableString.Invariant(
            $"{pair.Key}{(Names.TryGetValue(pair.Key, out var name) ? " " + name : "")} {pair.Value / 1000:#,0.##} ml")));
}
