using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>A model in ML.NET's zip: a version header, a text that describes it, and the weights as safetensors.</summary>
internal static class ModelArchive
{
    private const string Signature = "SEGSAM  ";
    private const uint Version = 0x00010001;
    private const string WeightsEntry = "Weights.safetensors";

    /// <summary>How descriptions are written: enum values by name, numbers never as text.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        RespectRequiredConstructorParameters = true, // a missing member is an error, not the first value of an enumeration
    };

    /// <summary>Whether a file is a zip that holds a saved model, rather than one that torch.save wrote, or anything else.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsIn(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return zip.Entries.Any(entry => entry.Name == WeightsEntry);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <param name="loader">Name of the loader that ML.NET finds for the model.</param>
    /// <param name="description">Must suffice to make the config of the network again.</param>
    /// <param name="halfPrecision">Whether to store the weights as float16; reading makes float32 of them.</param>
    /// <exception cref="InvalidOperationException">A weight is beyond the range of float16.</exception>
    public static void Save(ModelSaveContext context, string loader, string description, SegSamNetwork network, bool halfPrecision)
    {
        context.CheckAtModel();
        context.SetVersionInfo(VersionOf(loader));
        context.SaveNonEmptyString(description);
        context.SaveBinaryStream(WeightsEntry, writer =>
        {
            writer.Flush();
            using var scope = NewDisposeScope();
            Safetensors.Write(writer.BaseStream,
                [.. network.state_dict().Select(pair => (pair.Key, halfPrecision ? Half(pair.Key, pair.Value) : pair.Value))],
                belonging: description);
        });
    }

    /// <summary>The text that was saved; read it before the network.</summary>
    public static string LoadDescription(ModelLoadContext context, string loader)
    {
        context.CheckAtModel(VersionOf(loader));
        return context.LoadNonEmptyString();
    }

    /// <param name="config">As the description says.</param>
    /// <param name="description">The text that was saved with the weights.</param>
    /// <exception cref="InvalidDataException">The weights are missing or damaged, or do not fit the config.</exception>
    public static SegSamNetwork LoadNetwork(ModelLoadContext context, SegSamConfig config, string description)
    {
        SegSamNetwork? network = null;
        if (!context.TryLoadBinaryStream(WeightsEntry, reader => network = ReadNetwork(config, reader.BaseStream, description)))
            throw new InvalidDataException($"The model holds no entry '{WeightsEntry}': the file is incomplete. Save the model again.");
        return network!;
    }

    /// <summary>Builds a network once its weights are known to fit: a config alone, which may be wrong, allocates no memory.</summary>
    /// <param name="description">The text that was saved with the weights.</param>
    /// <exception cref="InvalidDataException">Config or weights are damaged, or do not fit each other.</exception>
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

    private static Tensor Half(string name, Tensor value)
    {
        if (!value.is_floating_point())
            return value;
        using var noGrad = no_grad();
        var half = value.to(ScalarType.Float16);
        return half.isfinite().all().item<bool>() ? half : throw new InvalidOperationException(
            $"The weights '{name}' are beyond the range of half precision (65,504). Save the model in full precision.");
    }

    private static VersionInfo VersionOf(string loader) => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        loaderSignature: loader,
        loaderAssemblyName: typeof(ModelArchive).Assembly.FullName);
}
