using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>What a saved model says of itself, apart from its weights.</summary>
/// <param name="Options">Columns and scoring settings; also how it was trained.</param>
/// <param name="Config">Rebuilds the network.</param>
/// <param name="Categories">Names of the K categories, in the order of scores and keys.</param>
/// <param name="Preprocessing">Of the images, as in training.</param>
internal sealed record ModelDescription(SegSamOptions Options, SegSamConfig Config, IReadOnlyList<string> Categories, Preprocessing Preprocessing);

/// <summary>A model in ML.NET's zip: a version header, a description in JSON, and the weights as safetensors.</summary>
internal static class ModelArchive
{
    private const string Signature = "SEGSAM  ";
    private const uint Version = 0x00010001;
    private const string WeightsEntry = "Weights.safetensors";

    /// <summary>How descriptions are written: names of enum values, no numbers as texts.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        RespectRequiredConstructorParameters = true, // what is missing is an error, not the first value of an enumeration
    };

    public static void Save(ModelSaveContext ctx, string loader, ModelDescription description, SegSamNetwork network)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(VersionOf(loader));
        var text = JsonSerializer.Serialize(description, Json);
        ctx.SaveNonEmptyString(text);
        ctx.SaveBinaryStream(WeightsEntry, writer =>
        {
            writer.Flush();
            Safetensors.Write(writer.BaseStream, [.. network.state_dict().Select(pair => (pair.Key, pair.Value))], belonging: text);
        });
    }

    /// <exception cref="InvalidDataException">The entry is missing or broken.</exception>
    public static (ModelDescription Description, SegSamNetwork Network) Load(ModelLoadContext ctx, string loader)
    {
        ctx.CheckAtModel(VersionOf(loader));
        var text = ctx.LoadNonEmptyString();
        var description = Describe(text);
        SegSamNetwork? network = null;
        if (!ctx.TryLoadBinaryStream(WeightsEntry, reader => network = ReadNetwork(description.Config, reader.BaseStream, text)))
            throw new InvalidDataException($"The model holds no entry '{WeightsEntry}': the file is incomplete. Save the model again.");
        return (description, network!);
    }

    /// <summary>Builds a network for weights that were found to fit it: a config alone, which may lie, takes no memory.</summary>
    /// <exception cref="InvalidDataException">Config or weights are broken, or do not fit each other.</exception>
    /// <param name="description">The text that was saved with the weights.</param>
    internal static SegSamNetwork ReadNetwork(SegSamConfig config, Stream weights, string description)
    {
        using var shapes = ConfigCheck.Shapes(config);
        SegSamNetwork? network = null;
        try
        {
            Safetensors.ReadInto(weights, shapes.state_dict(), () => (network = new(config)).state_dict(), description);
            network!.eval();
            return network;
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    /// <exception cref="InvalidDataException">The text is no description of a model.</exception>
    internal static ModelDescription Describe(string json)
    {
        try
        {
            var description = JsonSerializer.Deserialize<ModelDescription>(json, Json);
            if (description is { Options: not null, Config: not null, Categories.Count: > 0, Preprocessing: not null }
                && description.Categories.All(name => name is not null) && description.Categories.Count == description.Config.CategoryCount)
            {
                description.Options.Validate();
                return description;
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or NotSupportedException or NullReferenceException) // also from what is described
        {
            throw new InvalidDataException("The model's description is not readable: " + failure.Message, failure);
        }

        throw new InvalidDataException("The model's description lacks options, config, preprocessing, or as many categories as the config counts.");
    }

    private static VersionInfo VersionOf(string loader) => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderSignature: loader,
        loaderAssemblyName: typeof(ModelArchive).Assembly.FullName);
}
