using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using Onnx;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>A folder that holds a model as ONNX: three files, each of which says what it is of.</summary>
internal static class OnnxFolder
{
    public const string EncoderFile = "encoder.onnx", DecoderFile = "decoder.onnx", WholeFile = "segsam.onnx";

    private const string DescriptionKey = "segsam.model", SignatureKey = "segsam.encoder", ExportKey = "segsam.export",
        ParametersKey = "segsam.parameters", CategoriesKey = "categories", PreprocessingKey = "preprocessing", LicenseKey = "license";

    /// <summary>Writes the three files; existing ones are replaced.</summary>
    /// <param name="halfPrecision">Whether weights are stored as float16. They are computed with in float32.</param>
    /// <param name="license">Terms that go with the weights; null: none are stated.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A weight is beyond the range of float16.</exception>
    public static void Save(string folder, SegSamModel model, bool halfPrecision, string? license)
    {
        var (description, network) = (model.Description, model.Network);
        var models = new OnnxModels(network, description.Preprocessing.Resize, halfPrecision);
        Directory.CreateDirectory(folder);
        (string, string?)[] facts =
        [
            (DescriptionKey, description.ToJson()),
            (SignatureKey, Convert.ToHexString(Signature(network, halfPrecision))),
            (ExportKey, Guid.NewGuid().ToString("N")),
            (ParametersKey, FormattableString.Invariant($"{model.Parameters}")),
            (CategoriesKey, JsonSerializer.Serialize(description.Categories, ModelArchive.Json)),
            (PreprocessingKey, JsonSerializer.Serialize(description.Preprocessing, ModelArchive.Json)),
            (LicenseKey, license),
        ];
        foreach (var (file, create) in ((string, Func<ModelProto>)[])
            [(EncoderFile, models.Encoder), (DecoderFile, models.Decoder), (WholeFile, models.Whole)])
        {
            var proto = create();
            foreach (var (key, value) in facts.Where(fact => fact.Item2 is not null))
                proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
            OnnxFile.Write(Path.Combine(folder, file), proto);
        }
    }

    /// <summary>Opens encoder and decoder in ONNX Runtime.</summary>
    /// <param name="environment">Its GpuDeviceId decides the device.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or was not exported by this library, or the two do not belong together.
    /// </exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    /// <exception cref="InvalidOperationException">There is no such GPU.</exception>
    public static SegSamModel Load(string folder, IHostEnvironment environment)
    {
        var (encoderPath, decoderPath) = (Require(folder, EncoderFile), Require(folder, DecoderFile));
        using var options = OnnxDevice.Options(environment);
        var encoder = OnnxDevice.Open(encoderPath, options);
        InferenceSession? decoder = null;
        try
        {
            decoder = OnnxDevice.Open(decoderPath, options);
            var (facts, others) = (Facts(encoder, encoderPath), Facts(decoder, decoderPath));
            if (facts[ExportKey] != others[ExportKey])
            {
                throw new InvalidDataException($"'{encoderPath}' and '{DecoderFile}' beside it come from different exports. "
                    + "Export the model again, and keep the files of one export together.");
            }

            var description = ModelDescription.FromJson(facts[DescriptionKey]);
            var parameters = long.Parse(facts[ParametersKey], CultureInfo.InvariantCulture);
            return new(description, new OnnxEngine(description.Config, encoder, decoder, facts[SignatureKey], parameters));
        }
        catch
        {
            encoder.Dispose();
            decoder?.Dispose();
            throw;
        }
    }

    /// <summary>The file that holds the whole network, and the model that it says it is of.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or was not exported by this library.</exception>
    /// <exception cref="NotSupportedException">The weights are in a second file.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public static (string Path, ModelDescription Model) Whole(string folder)
    {
        var path = Require(folder, WholeFile);
        if (File.Exists(OnnxFile.DataOf(path)))
        {
            throw new NotSupportedException($"The weights of '{path}' are in a second file, which a pipeline cannot hold. "
                + "Export the model in half precision, or use a SegSamPredictor.");
        }

        using var options = OnnxDevice.Options(new MLContext());
        using var session = OnnxDevice.Open(path, options);
        return (path, ModelDescription.FromJson(Facts(session, path)[DescriptionKey]));
    }

    // Embeddings of rounded weights are others.
    private static byte[] Signature(SegSamNetwork network, bool halfPrecision) =>
        EncoderSignature.Of(network) is var signature && halfPrecision ? SHA256.HashData(signature) : signature;

    private static string Require(string folder, string file) => Path.Combine(folder, file) is var path && File.Exists(path) ? path
        : throw new FileNotFoundException(
            $"There is no '{file}' in '{folder}'. Expected a folder that SegSamTransformer.SaveOnnx wrote.", path);

    private static Dictionary<string, string> Facts(InferenceSession session, string path)
    {
        var facts = session.ModelMetadata.CustomMetadataMap;
        return ((string[])[DescriptionKey, SignatureKey, ExportKey, ParametersKey]).All(facts.ContainsKey) ? facts
            : throw new InvalidDataException($"'{path}' was not exported by this library: it lacks the description of its model. "
                + "Expected a file that SegSamTransformer.SaveOnnx wrote.");
    }
}
