using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Nifti;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>A volume, or a single slice, as hospitals and data sets have them. Many threads may read it at once.</summary>
/// <remarks>
/// Voxels are read from the file when they are asked for, a slice at a time. Of DICOM no element is read that tells who the patient is.
/// </remarks>
public sealed class MedicalVolume : IDisposable
{
    private readonly VoxelSource _voxels;
    private readonly Lazy<(double Low, double High)> _range;
    private readonly Dictionary<(double, double), (double Low, double High)> _percentiles = [];

    private MedicalVolume(VoxelSource voxels, VolumeGeometry geometry)
    {
        (_voxels, Geometry) = (voxels, geometry);
        _range = new(() => VolumeStatistics.Range(voxels));
    }

    /// <summary>Where the voxels lie.</summary>
    public VolumeGeometry Geometry { get; }

    /// <summary>
    /// DICOM's code of what made the images, such as "CT" or "MR"; null where the file does not say, as NIfTI never does.
    /// </summary>
    public string? Modality { get; private init; }

    /// <summary>What a person should know of the file: what it does not say, what was left out, what is unusual.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Whether voxels are colors: red, green and blue.</summary>
    public bool IsColor => _voxels.Samples == 3;

    /// <summary>Whether all slices have the same distance. If not, <see cref="Geometry"/> has their mean, which is right nowhere.</summary>
    public bool IsRegular { get; private init; } = true;

    /// <summary>
    /// What the values mean, where they are labels and the file names them; for the labels themselves see <see cref="LabelVolume.Load"/>.
    /// Empty for images.
    /// </summary>
    public IReadOnlyDictionary<int, string> LabelNames => Origin.LabelNames;

    /// <summary>The file it came from, for label volumes on its grid.</summary>
    internal VolumeOrigin Origin { get; private init; } = VolumeOrigin.Unknown;

    internal bool IsInverted { get; private init; }

    internal bool HasEightBits { get; private init; }

    internal bool HasDeepColors { get; private init; }

    internal IReadOnlyList<DisplayWindow> Windows { get; private init; } = [];

    internal VoxelSource Voxels => _voxels;

    /// <summary>
    /// Opens a NIfTI file (.nii, .nii.gz, .hdr), a DICOM file, or a folder that holds the slices of a series; MetaImage (.mha, .mhd), NRRD
    /// (.nrrd, .nhdr), arrays of NumPy (.npy, .npz with imgs), a stack of TIFF pages, or a PNG as a volume of one slice.
    /// </summary>
    /// <param name="path">The content decides what it is, not its name.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <returns>The volume, which the caller disposes.</returns>
    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// It is damaged, contradicts itself, lacks a slice, or is no such file; or it holds several volumes and none was chosen. The message
    /// says what was found and what to do.
    /// </exception>
    /// <exception cref="NotSupportedException">It uses a part of its format that is not read; the message names it.</exception>
    public static MedicalVolume Load(string path, MedicalVolumeOptions? options = null) => Open(path, options, isOfLabels: false);

    /// <summary>Opens a DICOM file of one frame that is in memory, wherever its image lies.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or is no DICOM image.</exception>
    /// <exception cref="NotSupportedException">It has several frames, or its transfer syntax or layout is not read.</exception>
    internal static MedicalVolume OfFrame(VoxelBytes file)
    {
        using var image = DicomImage.Open(file, Path.GetTempPath());
        var format = image.Format;
        if (format.Frames != 1)
        {
            throw new NotSupportedException($"The DICOM file has {format.Frames} frames; an image has one. Open the file by "
                + $"{nameof(MedicalVolume)}.{nameof(Load)}, and take single slices of it.");
        }

        var voxels = new VoxelValues(image.Numbers(0), format.Columns, format.Rows, format.IsColor ? 3 : 1);
        return OfDicom(DicomVolume.Of([.. DicomSlice.Of(image)], allowsIrregular: true, allowsNumbers: true, []), voxels, []);
    }

    /// <param name="isOfLabels">Whether the labels are wanted, where a file has an image and its labels.</param>
    internal static MedicalVolume Open(string path, MedicalVolumeOptions? options, bool isOfLabels)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        var temporary = options.TemporaryFolder ?? Path.GetTempPath();
        return NamedFile.Read(path, () =>
        {
            if (File.Exists(path) && NiftiReader.Fits(path))
                return OfNifti(NiftiReader.Open(path, options.TimePoint ?? 0, options.MaxVoxels, temporary), options.TimePoint, path);
            if (!Path.Exists(path))
                throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
            if (File.Exists(path) && VolumeFormats.Describe(path, options.MaxVoxels, isOfLabels) is { } file)
                return OfFile(file, options.TimePoint, temporary);
            if (File.Exists(path) && !DicomParser.Fits(path))
                throw new InvalidDataException($"It is none of the formats that are read: {VolumeFormats.Known}.");
            var (groups, leftOut) = DicomFolder.List(path, temporary, VolumeList.IsVolume);
            return OfDicom(groups, leftOut, options, temporary);
        });
    }

    /// <summary>
    /// Lists what a file or a folder holds, without reading voxels: every series, and every volume of a series or a file; and the files of
    /// a folder that are none, each with the reason. Volumes of other formats than DICOM are found by their headers alone, so that reading
    /// them may still fail.
    /// </summary>
    /// <param name="path">A file, or a folder, whose folders are looked into as well.</param>
    /// <exception cref="IOException">There is no such file or folder, or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file, or a DICOM file of the folder, is damaged.</exception>
    /// <exception cref="NotSupportedException">It uses a part of its format that is not read; the message names it.</exception>
    public static IReadOnlyList<VolumeInfo> List(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Path.Exists(path) ? NamedFile.Read(path, () => VolumeList.Of(path))
            : throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
    }

    /// <summary>The least and the largest value; the first call reads all voxels.</summary>
    /// <exception cref="InvalidDataException">A slice is damaged.</exception>
    public (double Low, double High) ReadRange() => _range.Value;

    /// <summary>How many slices a plane has.</summary>
    public int CountSlices(SlicePlane plane) => SliceAxes.Of(Geometry, plane).Slices;

    /// <summary>Reads a slice.</summary>
    /// <param name="plane">Which way to cut, and how the slice is turned.</param>
    /// <param name="index">Counting from 0; see <see cref="SlicePlane"/> for the direction.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slice.</exception>
    /// <exception cref="InvalidDataException">The slice is damaged.</exception>
    public VolumeSlice ReadSlice(SlicePlane plane, int index)
    {
        var axes = SliceAxes.Of(Geometry, plane);
        var (width, height, at, samples) = (axes.Width, axes.Height, axes.At(index), _voxels.Samples);
        var values = new double[width * height * samples];
        foreach (var (k, j, row) in Rows(axes.Fixed, at))
        {
            for (var i = 0; i < Geometry.Columns; i++)
            {
                if (axes.Fixed == 0 && i != at)
                    continue;
                ReadOnlySpan<int> voxel = [i, j, k];
                var (x, y) = (axes.ToX(voxel[axes.Column]), axes.ToY(voxel[axes.Row]));
                row.AsSpan(i * samples, samples).CopyTo(values.AsSpan((y * width + x) * samples));
            }
        }

        double[] spacing = [Geometry.Spacing.X, Geometry.Spacing.Y, Geometry.Spacing.Z];
        return new(this, plane, index, width, height, values, (spacing[axes.Column], spacing[axes.Row]));
    }

    /// <summary>What it is, such as "CT 512 x 512 x 320, 0.78 x 0.78 x 1.5 mm, LPS".</summary>
    public override string ToString() => Modality is null ? Geometry.ToString() : $"{Modality} {Geometry}";

    /// <summary>Closes the file. Whoever reads voxels after that gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _voxels.Dispose();

    internal (double Low, double High) ForegroundPercentiles(double lower, double upper)
    {
        lock (_percentiles)
        {
            if (!_percentiles.TryGetValue((lower, upper), out var found))
            {
                var both = VolumeStatistics.ForegroundPercentiles(_voxels, lower, upper);
                _percentiles[(lower, upper)] = found = (both[0], both[1]);
            }

            return found;
        }
    }

    // The rows of the file that a slice needs, each with its j and k.
    private IEnumerable<(int K, int J, double[] Row)> Rows(int axis, int at)
    {
        var size = Geometry.Size;
        for (var k = axis == 2 ? at : 0; k < (axis == 2 ? at + 1 : size[2]); k++)
        {
            var rows = new double[size[0] * _voxels.Samples * (axis == 1 ? 1 : size[1])];
            _voxels.Read(k, axis == 1 ? at : 0, rows);
            for (var j = 0; j < (axis == 1 ? 1 : size[1]); j++)
                yield return (k, axis == 1 ? at : j, rows[(j * size[0] * _voxels.Samples)..((j + 1) * size[0] * _voxels.Samples)]);
        }
    }

    private static MedicalVolume OfNifti(NiftiFile file, int? time, string path)
    {
        if (time is null && file.Times > 1)
        {
            file.Voxels.Dispose();
            throw AskForTime(file.Times);
        }

        var voxels = file.Voxels;
        return new(voxels, new(voxels.Columns, voxels.Rows, voxels.Slices, file.Affine, file.IsOrientationKnown))
        {
            Origin = new() { NiftiHeader = file.Header, LabelNames = NiftiLabelNames.Read(path, file.Header) },
            HasEightBits = voxels.Type == VoxelType.UInt8,
            Warnings = file.IsOrientationKnown ? []
                : ["The file says neither by sform nor by qform how its axes lie in the patient: the orientation is unknown."],
        };
    }

    private static MedicalVolume OfDicom(
        IReadOnlyList<DicomGroup> groups, IReadOnlyList<(string Path, string Reason)> leftOut, MedicalVolumeOptions options,
        string temporaryFolder)
    {
        var series = groups.Select(group => group.Series).Distinct().ToList();
        if (options.SeriesUid is { } uid)
        {
            groups = [.. groups.Where(group => group.Series == uid)];
            if (groups.Count == 0)
                throw new InvalidDataException($"There is no series '{uid}'; there are: {string.Join(", ", series)}.");
        }
        else if (series.Count > 1)
        {
            throw new InvalidDataException($"There are {series.Count} series. Choose one by MedicalVolumeOptions.SeriesUid: "
                + string.Join("; ", groups.DistinctBy(group => group.Series).Select(Describe)) + ".");
        }

        if (options.TimePoint is null && groups.Count > 1)
        {
            throw new InvalidDataException($"The series holds {groups.Count} volumes at the same place, or in several directions. Choose "
                + $"one by MedicalVolumeOptions.TimePoint, 0 to {groups.Count - 1}.");
        }

        if ((uint)(options.TimePoint ?? 0) >= groups.Count)
            throw new InvalidDataException($"There is no volume {options.TimePoint}: the series holds {groups.Count}.");
        var group = groups[options.TimePoint ?? 0];
        var volume = DicomVolume.Of(group.Slices, options.AllowIrregularSlices, options.OrderByInstanceNumber, group.Warnings);
        var format = volume.Slices[0].Format;
        if ((long)format.Pixels * volume.Slices.Count > options.MaxVoxels)
        {
            throw new InvalidDataException($"The volume has {format.Columns} x {format.Rows} x {volume.Slices.Count} voxels; at most "
                + $"{options.MaxVoxels} are read. If that is right, set MedicalVolumeOptions.MaxVoxels.");
        }

        return OfDicom(volume, new DicomVoxels(volume, temporaryFolder), leftOut
            .Where(file => file.Reason.Contains("no image", StringComparison.Ordinal))
            .Select(file => $"'{Path.GetFileName(file.Path)}' is left out. {file.Reason}."));

        static string Describe(DicomGroup group) => $"{group.Series} ({group.Slices[0].Modality ?? "unknown modality"}, "
            + $"{group.Slices.Count} slices{(group.Slices[0].Description is { } text ? $", {text}" : "")})";
    }

    private static MedicalVolume OfDicom(DicomVolume volume, VoxelSource voxels, IEnumerable<string> warnings)
    {
        var first = volume.Slices[0];
        return new(voxels, volume.Geometry)
        {
            Modality = volume.Modality,
            Warnings = [.. volume.Warnings, .. warnings],
            Origin = new() { Slices = volume.Slices },
            IsRegular = volume.IsRegular,
            IsInverted = first.Format.IsInverted,
            HasEightBits = first.Format.BitsStored <= 8,
            Windows = first.Windows,
        };
    }

    private static InvalidDataException AskForTime(int times) => new($"The file holds {times} volumes, one after the other in time. Choose "
        + $"one by MedicalVolumeOptions.TimePoint, 0 to {times - 1}.");

    private static MedicalVolume OfFile(VolumeFile file, int? time, string temporaryFolder)
    {
        if (time is null && file.Times > 1)
            throw AskForTime(file.Times);
        if ((uint)(time ?? 0) >= file.Times)
            throw new InvalidDataException($"There is no time point {time}: the file has {file.Times}.");
        return new(file.Open(time ?? 0, temporaryFolder), file.Geometry)
        {
            HasEightBits = file.Type == VoxelType.UInt8,
            HasDeepColors = file.Type == VoxelType.Rgb48,
            IsInverted = file.IsInverted,
            Origin = new() { Place = file.Place, LabelNames = file.LabelNames },
            Warnings = file.Warnings,
        };
    }
}
