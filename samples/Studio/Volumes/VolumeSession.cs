using System.Globalization;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using SampleKit.Volumes;

namespace Studio.Volumes;

/// <summary>An open volume, and the objects that were followed through it.</summary>
/// <param name="volume">Owned, as the folder.</param>
internal sealed class VolumeSession(MedicalVolume volume, VolumeFolder folder) : IDisposable
{
    private const int MostResults = 200; // the page's history of undo refers to them; masks are run lengths

    private static readonly VolumeAdvice Advice = new(
        OneSeries: "Studio opens one at a time; select the files of one series",
        OneVolume: "Studio opens one at a time; save the one you want as a file of its own",
        Uneven: "Select all files of the series.",
        NoPlaces: "Convert the series to NIfTI, and open that.",
        TooLarge: "Cut the volume, or make its voxels larger.");

    private readonly Lock _lock = new();
    private readonly Dictionary<string, VolumePrediction> _results = [];
    private readonly Queue<string> _byAge = [];
    private int _count;

    public MedicalVolume Volume => volume;

    public VolumeFolder Folder => folder;

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

    public static ProblemException Problem(Exception failure, VolumeFolder folder) =>
        new(failure is NotSupportedException ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status422UnprocessableEntity,
            Advice.Explain(failure, folder), failure);

    public void Dispose()
    {
        volume.Dispose();
        folder.Dispose();
    }
}
