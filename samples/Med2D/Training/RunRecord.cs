using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SampleKit;

namespace Med2D.Training;

/// <summary>What a run depends on; only equal settings continue a run.</summary>
/// <param name="Form">See <see cref="Training.Form"/>; names are those of the command line.</param>
/// <param name="Rows">SHA-256 of the rows trained on.</param>
/// <param name="Encoder">Null: the checkpoint's, or the library's default.</param>
/// <param name="Input">Side of the network's input; null likewise.</param>
/// <param name="Checkpoint">SHA-256 of the file of pretrained weights.</param>
/// <param name="CheckpointName">Name of that file.</param>
/// <param name="Texts">See <see cref="Training.Texts"/>; null for a form without texts.</param>
/// <param name="Embedder">See <see cref="Training.Embedder"/>; null likewise.</param>
/// <param name="Minutes">Processor time that the epochs were chosen for; null where epochs or stages were given.</param>
/// <param name="Epochs">The given number of epochs.</param>
/// <param name="Stages">See <see cref="Stage"/>; null for a single one.</param>
/// <param name="HalfPrecision">Whether the model is stored in half precision.</param>
/// <param name="Frozen">Whether the encoder keeps the checkpoint's weights.</param>
/// <param name="Recipe">See <see cref="Forms.RecipeOf"/>; 1 where a file says nothing.</param>
internal sealed record RunSettings(
    string Form, int Seed, string Table, string? Split, IReadOnlyList<string> Sources, int Images, int Objects, string Rows,
    string? Encoder, int? Input, string? Checkpoint, string? CheckpointName, string? Texts, string? Embedder, double? Minutes, int? Epochs,
    string? Stages, bool HalfPrecision, bool Frozen, int Recipe = 1);

/// <summary>Work done: what was seen, and what it took. Seconds that a killed run had not recorded yet are missing.</summary>
/// <param name="ImagesSeen">Images in all steps, repeated ones counted again.</param>
internal sealed record Work(long ImagesSeen, int Steps, double WallSeconds, double CpuSeconds)
{
    public static Work None { get; } = new(0, 0, 0, 0);

    public Work Plus(Work other) => new(ImagesSeen + other.ImagesSeen, Steps + other.Steps, WallSeconds + other.WallSeconds,
        CpuSeconds + other.CpuSeconds);
}

/// <summary>One network of a run: the library's, or one source's U-Net.</summary>
/// <param name="Parameters">Number of trained weights; null where not known.</param>
/// <param name="Sha256">Of the file.</param>
internal sealed record TrainedModel(string File, string Sha256, Work Work, double? Loss, long? Parameters)
{
    /// <summary>A U-Net's categories, in the order of its maps; null for the library's models, which hold their own.</summary>
    public IReadOnlyList<string>? Categories { get; init; }
}

/// <summary>run.json: a run's settings, plan and work, kept from its start so that it can continue.</summary>
/// <param name="Epochs">Number of passes over the images; 0 for U-Nets, where each source has its own.</param>
/// <param name="SecondsPerStep">Processor time, measured before the epochs were chosen.</param>
/// <param name="ProbeSeconds">What measuring took; it is not part of the work.</param>
/// <param name="Work">All steps so far.</param>
/// <param name="Models">By source, or "all".</param>
internal sealed record RunRecord(
    RunSettings Settings, int Epochs, double? SecondsPerStep, double ProbeSeconds, Work Work,
    IReadOnlyDictionary<string, TrainedModel> Models)
{
    public const string Command = "train";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>When the run ended, in UTC; null while it is unfinished.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>The device, such as "CPU (2 threads)".</summary>
    public string? Device { get; init; }

    /// <summary>The run in a folder; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static RunRecord? Find(string folder)
    {
        var path = PathIn(folder);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<RunRecord>(File.ReadAllText(path), Json) : null;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is damaged: {wrong.Message} Delete it to start over.", wrong);
        }
    }

    /// <summary>The run in a folder, to continue it; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or is of a run with other settings.</exception>
    public static RunRecord? Find(string folder, RunSettings settings)
    {
        if (Find(folder) is not { } found)
            return null;
        var (before, now) = (JsonSerializer.SerializeToNode(found.Settings, Json)!, JsonSerializer.SerializeToNode(settings, Json)!);
        foreach (var (name, value) in now.AsObject())
        {
            var (old, current) = (before[name]?.ToJsonString() ?? "null", value?.ToJsonString() ?? "null");
            if (old != current)
            {
                throw new InvalidDataException($"'{PathIn(folder)}' is of another run: its {name} is {old}, now it is {current}. "
                    + "Repeat the command that began it, use another --out, or delete the folder.");
            }
        }

        return found;
    }

    /// <summary>Writes run.json, whole.</summary>
    public void Save(string folder)
    {
        var node = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        node.Insert(0, "command", Command);
        OutputFile.Write(PathIn(folder), node.ToJsonString(Json) + "\n");
    }

    /// <summary>The file in a folder.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "run.json");
}
