using SampleKit;

namespace FineTune;

/// <summary>A note on data that was left out or changed.</summary>
internal sealed record Remark(string About, string Text);

/// <summary>The 2-D sources in a folder, recognized by their layouts.</summary>
/// <param name="Pictures">Images with objects, source by source.</param>
/// <param name="Remarks">Notes on sources and images that are left out or changed.</param>
internal sealed record DataFolder(IReadOnlyList<Picture> Pictures, IReadOnlyList<Remark> Remarks)
{
    private static readonly (Func<string, bool> Fits, Func<string, List<Remark>, IEnumerable<Picture>> Read)[] Layouts =
    [
        (SamMed2DSource.Fits, SamMed2DSource.Read),
        (BiomedParseSource.Fits, BiomedParseSource.Read),
        (InstanceSource.Fits, InstanceSource.Read),
    ];

    /// <param name="names">Subfolders to read; null for all.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is invalid, or there are fewer than two images with masks.</exception>
    public static DataFolder Read(string folder, IReadOnlyList<string>? names)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'; give one whose subfolders contain images with masks.");
        var (pictures, remarks) = (new List<Picture>(), new List<Remark>());
        names ??= [.. DataFiles.FoldersIn(folder).Select(path => Path.GetFileName(path))];
        foreach (var name in names.Distinct())
        {
            var source = Path.Combine(folder, name);
            if (!Directory.Exists(source))
                remarks.Add(new(name, "there is no such folder"));
            else if (Layouts.FirstOrDefault(layout => layout.Fits(source)) is { Read: { } read })
                pictures.AddRange(read(source, remarks));
            else
                remarks.AddRange(Unread(source));
        }

        var files = new UniqueFileNames();
        foreach (var picture in pictures)
            picture.FileName = files.Next($"{picture.Source}--{picture.Name}", "");
        return pictures.Count >= 2 ? new(pictures, remarks) : throw new InvalidDataException(
            $"'{folder}' contains {pictures.Count} images with masks in a known layout; at least 2 are needed, one to leave out and one to "
            + $"train on.{string.Concat(remarks.Select(remark => $" {remark.About}: {remark.Text}."))}");
    }

    private static IEnumerable<Remark> Unread(string source)
    {
        var name = Path.GetFileName(source);
        var kinds = DataFiles.Under(source).ToLookup(Kind);
        foreach (var image in kinds["image"].Order(StringComparer.Ordinal))
            yield return new($"{name}/{DataFiles.IdOf(source, image)}", "an image without a mask");
        var volumes = kinds.Where(kind => kind.Key is not ("image" or "other")).OrderBy(kind => kind.Key, StringComparer.Ordinal).ToList();
        if (volumes.Count > 0)
        {
            yield return new(name, "volumes, which this program does not read: "
                + string.Join(", ", volumes.Select(kind => $"{kind.Count()} {kind.Key}")));
        }
        else if (!kinds.Contains("image"))
        {
            yield return new(name, "no images in a layout that this program reads");
        }
    }

    private static string Kind(string path) => Path.GetFileName(path) switch
    {
        var file when DataFiles.ExtensionOf(file) is ".png" or ".jpg" => "image",
        var file when file.EndsWith(".nii", StringComparison.Ordinal) || file.EndsWith(".nii.gz", StringComparison.Ordinal) => "NIfTI",
        var file when file.EndsWith(".npz", StringComparison.Ordinal) => "NPZ",
        _ => IsDicom(path) ? "DICOM" : "other",
    };

    // A DICOM file needs no extension; it has DICM after 128 bytes.
    private static bool IsDicom(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[132];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan(128).SequenceEqual("DICM"u8);
    }
}
