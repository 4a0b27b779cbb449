using System.Globalization;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Finds the volumes in a folder of DICOM files, or in one file.</summary>
internal static class DicomFolder
{
    /// <summary>The reason of a file that was left out since it is of another format.</summary>
    public const string NoDicom = "It is not DICOM";

    private const int MostFiles = 100_000;
    private const double SameDirection = 1e-3;

    /// <summary>
    /// The slices of each volume, not yet put in order, with what was noticed; and the files that were left out, with the reason.
    /// </summary>
    /// <param name="isOtherVolume">Whether a file that is no DICOM is a volume of another format, for messages.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, slices contradict each other, or there is no image; the message names the file or the place.
    /// </exception>
    /// <exception cref="NotSupportedException">A file's transfer syntax or layout is not read; the message names the file.</exception>
    public static (IReadOnlyList<DicomGroup> Groups, IReadOnlyList<(string Path, string Reason)> LeftOut) List(
        string path, string temporaryFolder, Func<string, bool>? isOtherVolume = null)
    {
        var (groups, leftOut) = Find(path, temporaryFolder);
        if (groups.Count > 0)
            return (groups, leftOut);
        if (isOtherVolume is not null && leftOut.Where(file => file.Reason == NoDicom).Select(file => file.Path)
            .FirstOrDefault(isOtherVolume) is { } other)
        {
            throw new InvalidDataException($"There is no DICOM image in '{path}', but volumes of other formats, such as "
                + $"'{Path.GetRelativePath(path, other)}'. A folder is read as the slices of a DICOM series: give one of these files.");
        }

        throw new InvalidDataException($"There is no DICOM image in '{path}'"
            + (leftOut.Count == 0 ? "." : $"; of {leftOut.Count} files the first: '{leftOut[0].Path}'. {leftOut[0].Reason}."));
    }

    /// <summary>The same, where no image is no failure.</summary>
    /// <inheritdoc cref="List"/>
    public static (IReadOnlyList<DicomGroup> Groups, IReadOnlyList<(string Path, string Reason)> LeftOut) Find(
        string path, string temporaryFolder)
    {
        var (slices, leftOut) = (new List<DicomSlice>(), new List<(string, string)>());
        foreach (var file in Files(path))
        {
            try
            {
                if (!DicomParser.Fits(file))
                {
                    leftOut.Add((file, NoDicom));
                    continue;
                }

                using var image = DicomImage.Open(file, temporaryFolder);
                slices.AddRange(DicomSlice.Of(image));
            }
            catch (NoImageException other)
            {
                leftOut.Add((file, other.Message.TrimEnd('.')));
            }
            catch (InvalidDataException failure)
            {
                throw new InvalidDataException($"'{file}': {failure.Message}", failure);
            }
            catch (NotSupportedException failure)
            {
                throw new NotSupportedException($"'{file}': {failure.Message}", failure);
            }
        }

        return ([.. slices.GroupBy(slice => slice.Series).SelectMany(series => Split([.. series], leftOut))], leftOut);
    }

    /// <summary>The modality of the first image; null where it has none, or there is none that is read.</summary>
    public static string? ModalityOf(string path, string temporaryFolder)
    {
        try
        {
            foreach (var file in Path.Exists(path) ? Files(path).Where(DicomParser.Fits) : [])
            {
                try
                {
                    using var image = DicomImage.Open(file, temporaryFolder);
                    return image.Modality;
                }
                catch (NoImageException)
                {
                    // the next may be one
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException
            or NotSupportedException)
        {
            // whoever reads the image says what is wrong
        }

        return null;
    }

    // Links are not followed out of the folder.
    private static List<string> Files(string path)
    {
        if (File.Exists(path))
            return [path];
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.EnumerateFiles(path, "*", options).Take(MostFiles + 1).Order(StringComparer.Ordinal).ToList();
        return files.Count <= MostFiles ? files : throw new InvalidDataException($"'{path}' holds more than {MostFiles} files.");
    }

    // The slices of one series: those of one orientation belong together.
    private static IEnumerable<DicomGroup> Split(List<DicomSlice> series, List<(string, string)> leftOut)
    {
        var warnings = new List<string>();
        series = Once(series, warnings, leftOut);
        var directions = new List<List<DicomSlice>>();
        foreach (var slice in series)
        {
            var same = directions.Find(group => IsSameDirection(group[0].Place, slice.Place));
            if (same is null)
                directions.Add([slice]);
            else
                same.Add(slice);
        }

        var hasStack = directions.Exists(group => group.Count > 1);
        var localizers = directions.Count < 2 ? [] : directions
            .Where(group => group.All(slice => slice.IsLocalizer) || (group.Count == 1 && hasStack)).ToList();
        if (localizers.Count < directions.Count)
        {
            foreach (var slice in localizers.SelectMany(group => group))
            {
                leftOut.Add((slice.Path, "It is a localizer: a lone slice of another orientation"));
                warnings.Add($"'{Path.GetFileName(slice.Path)}' is a localizer, and left out.");
            }

            directions.RemoveAll(localizers.Contains);
        }

        return directions.SelectMany(group => Parts(group).Select(part => new DicomGroup(part, warnings)));
    }

    private static List<DicomSlice> Once(List<DicomSlice> series, List<string> warnings, List<(string, string)> leftOut)
    {
        var seen = new Dictionary<(string, string), string>();
        return [.. series.Where(slice =>
        {
            // Programs that make files anonymous have been seen to give all slices one identifier.
            var position = (slice.Place.Position ?? []).Select(part => part.ToString(CultureInfo.InvariantCulture));
            var key = (slice.Instance ?? "", string.Join(' ', position));
            if (slice.Instance is null || seen.TryAdd(key, slice.Path))
                return true;
            leftOut.Add((slice.Path, $"It is a duplicate of '{Path.GetFileName(seen[key])}'"));
            warnings.Add($"'{Path.GetFileName(slice.Path)}' is a duplicate of '{Path.GetFileName(seen[key])}', and left out.");
            return false;
        })];
    }

    // Where places repeat, a mark whose every value fills all places tells volumes apart.
    private static List<List<DicomSlice>> Parts(List<DicomSlice> group)
    {
        var first = group[0];
        if (group.Find(slice => (slice.Format.Rows, slice.Format.Columns) != (first.Format.Rows, first.Format.Columns)) is { } other)
            throw Differ("size", $"{first.Format.Columns} x {first.Format.Rows}", other, $"{other.Format.Columns} x {other.Format.Rows}");
        if (group.Find(slice => (slice.Place.SpacingX, slice.Place.SpacingY) != (first.Place.SpacingX, first.Place.SpacingY)) is { } wider)
            throw Differ("spacing", Spacing(first), wider, Spacing(wider));
        if (group.Any(slice => slice.Place.Height is null))
            return [group];
        var places = Places(group);
        if (places == group.Count)
            return [group];
        for (var mark = 0; mark < first.Marks.Count; mark++)
        {
            var parts = group.GroupBy(slice => slice.Marks[mark]).Select(part => part.ToList()).ToList();
            if (parts.Count > 1 && parts.TrueForAll(part => part.Count == places && Places(part) == places))
                return parts;
        }

        var twice = group.GroupBy(slice => Math.Round(slice.Place.Height!.Value, 2)).First(slices => slices.Count() > 1).ToList();
        var height = string.Create(CultureInfo.InvariantCulture, $"{twice[0].Place.Height:0.###} mm");
        throw new InvalidDataException($"Two slices lie at one place ({height}): "
            + $"'{Path.GetFileName(twice[0].Path)}' and '{Path.GetFileName(twice[1].Path)}', and nothing tells their volumes apart.");

        InvalidDataException Differ(string what, string usual, DicomSlice slice, string found) => new(
            $"The slices of a series differ in {what}: '{Path.GetFileName(first.Path)}' has {usual}, "
            + $"'{Path.GetFileName(slice.Path)}' {found}.");

        static string Spacing(DicomSlice slice) =>
            string.Create(CultureInfo.InvariantCulture, $"{slice.Place.SpacingX:0.####} x {slice.Place.SpacingY:0.####} mm");
    }

    private static int Places(IEnumerable<DicomSlice> slices) =>
        slices.DistinctBy(slice => Math.Round(slice.Place.Height!.Value, 2)).Count();

    private static bool IsSameDirection(DicomPlace a, DicomPlace b) =>
        IsSame(a.RowDirection, b.RowDirection) && IsSame(a.ColumnDirection, b.ColumnDirection);

    private static bool IsSame(double[]? a, double[]? b) =>
        a is null || b is null ? a is null && b is null : a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= SameDirection);
}

/// <summary>The slices of a volume, not yet in order.</summary>
internal sealed record DicomGroup(IReadOnlyList<DicomSlice> Slices, IReadOnlyList<string> Warnings)
{
    public string Series => Slices[0].Series;
}

/// <summary>A DICOM file that holds something else than an image.</summary>
internal sealed class NoImageException(string kind) : NotSupportedException($"It is {kind}, no image.");
