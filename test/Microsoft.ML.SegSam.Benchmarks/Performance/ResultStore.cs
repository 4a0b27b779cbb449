using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>
/// Results of the parts in a work folder, one file each, so that an interrupted run goes on where it was. A finished run is not
/// gone on with.
/// </summary>
internal sealed class ResultStore(string folder)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private string Finished => Path.Combine(folder, "finished");

    /// <summary>Removes what a finished run left.</summary>
    public void Begin()
    {
        if (File.Exists(Finished))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
    }

    public void Finish() => File.WriteAllText(Finished, "");

    public bool Has(string part) => File.Exists(FileOf(part));

    public void Remove(string part) => File.Delete(FileOf(part));

    public PartResult? Find(string part) => Has(part) ? JsonSerializer.Deserialize<PartResult>(File.ReadAllText(FileOf(part)), Json) : null;

    public void Keep(PartResult result) => Write(FileOf(result.Part), result);

    public static void Write<T>(string path, T value) => WholeFile.Write(path, file => JsonSerializer.Serialize(file, value, Json));

    private string FileOf(string part) => Path.Combine(folder, part + ".json");
}
