using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;

namespace Studio.Volumes;

/// <summary>A folder of its own for what a client uploads. It goes with its session.</summary>
internal sealed class UploadFolder : IDisposable
{
    private int _files;

    public UploadFolder() => Directory.CreateDirectory(Files);

    public string Path { get; } = Directory.CreateTempSubdirectory("segsam-studio-").FullName;

    /// <summary>Where the uploaded files are.</summary>
    public string Files => System.IO.Path.Combine(Path, "files");

    /// <summary>The path of an uploaded file. The page knows these names, and shows the user's own in their place.</summary>
    /// <param name="number">From 1.</param>
    public string FileName(int number) =>
        System.IO.Path.Combine(Files, string.Create(CultureInfo.InvariantCulture, $"file-{number}"));

    /// <summary>The text without the paths of this folder.</summary>
    public string Forget(string text) => text.Replace($"'{Files}': ", "", StringComparison.Ordinal)
        .Replace($"'{Files}'", "the upload", StringComparison.Ordinal)
        .Replace(Files + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>A path that is not in use.</summary>
    public string NewPath(string ending) =>
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"own-{Interlocked.Increment(ref _files)}{ending}"));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>An open volume, and the objects that were followed through it.</summary>
/// <param name="volume">Owned, as the folder.</param>
internal sealed partial class VolumeSession(MedicalVolume volume, UploadFolder folder) : IDisposable
{
    private const int MostResults = 200; // the page's history of undo refers to them; masks are run lengths
    private readonly Lock _lock = new();
    private readonly Dictionary<string, VolumePrediction> _results = [];
    private readonly Queue<string> _byAge = [];
    private int _count;

    public MedicalVolume Volume => volume;

    public UploadFolder Folder => folder;

    /// <summary>Keeps what was predicted; answers with its name.</summary>
    /// <param name="prediction">Of one object.</param>
    public string Add(VolumePrediction prediction)
    {
        lock (_lock)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"r{++_count}");
            _results.Add(name, prediction);
            _byAge.Enqueue(name);
            if (_byAge.Count > MostResults)
                _results.Remove(_byAge.Dequeue());
            return name;
        }
    }

    /// <exception cref="ProblemException">There is no such result any more.</exception>
    public VolumePrediction Result(string? name)
    {
        lock (_lock)
        {
            return name is not null && _results.TryGetValue(name, out var result) ? result : throw new ProblemException(
                StatusCodes.Status404NotFound, $"The server no longer has the result '{name}'. Propagate the object again.");
        }
    }

    /// <summary>What went wrong with the volume, in words for the page: without paths, and without options of the library.</summary>
    public ProblemException Problem(Exception failure) => Problem(failure, folder);

    public static ProblemException Problem(Exception failure, UploadFolder folder)
    {
        var text = Identifier().Replace(folder.Forget(failure.Message), "");
        foreach (var (option, advice) in ((string, string)[])
            [
                ("Choose one by MedicalVolumeOptions.SeriesUid", "Studio opens one at a time; select the files of one series"),
                ("Choose one by MedicalVolumeOptions.TimePoint", "Studio opens one at a time; save the one you want as a file of its own"),
                ("Set MedicalVolumeOptions.AllowIrregularSlices to read them all the same.", "Select all files of the series."),
                ("Set MedicalVolumeOptions.OrderByInstanceNumber to take them in the order of their numbers.",
                    "Convert the series to NIfTI, and open that."),
                ("If the file is right, set MedicalVolumeOptions.MaxVoxels.", "Cut the volume, or make its voxels larger."),
                ("If that is right, set MedicalVolumeOptions.MaxVoxels.", "Cut the volume, or make its voxels larger."),
            ])
            text = text.Replace(option, advice, StringComparison.Ordinal);
        return new(failure is NotSupportedException ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status422UnprocessableEntity,
            text, failure);
    }

    public void Dispose()
    {
        volume.Dispose();
        folder.Dispose();
    }

    // DICOM's identifiers of series help nobody to find a file, and could lead to a patient.
    [GeneratedRegex(@"\b\d+(\.\d+){3,} ?")]
    private static partial Regex Identifier();
}
