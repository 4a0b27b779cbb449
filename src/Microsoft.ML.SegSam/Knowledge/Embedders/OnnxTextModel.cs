using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>A text encoder in ONNX format: token ids in, one vector out.</summary>
internal sealed class OnnxTextModel : IDisposable
{
    private const string Ids = "input_ids";
    private static readonly string[] Known = [Ids, "attention_mask", "token_type_ids"];
    private const string Pooler = "pooler_output";
    private static readonly string[] Sentence = ["text_embeds", "sentence_embedding"];
    private static readonly string[] PerToken = ["last_hidden_state", "token_embeddings"];

    private readonly string _file;
    private readonly bool _takesFirst;
    private readonly InferenceSession _session;
    private readonly string _output;

    /// <param name="file">The model; weights in separate files are found only if it is on disk.</param>
    /// <param name="pooling">
    /// Which output is used, and how. Null: the sentence vector if the model has one, else the usual pooling, else whichever output there
    /// is.
    /// </param>
    /// <param name="usual">The usual pooling of models of this kind: their pooled output, or the mean of the tokens.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not an ONNX model, or has unknown inputs or outputs; the message lists those found.
    /// </exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextModel(EncoderFile file, TextPooling? pooling, TextPooling usual)
    {
        _file = file.Name;
        _session = Load(file.Require("Export the text encoder to ONNX"));
        try
        {
            var nodes = _session.InputMetadata;
            if (!nodes.ContainsKey(Ids) || !nodes.All(input => Known.Contains(input.Key) && IsIds(input.Value)))
            {
                throw Invalid("inputs", nodes, $"{Ids}, and at most {string.Join(" and ", Known[1..])}, "
                    + "Int64 or Int32 of shape 1 x length; export only the text encoder");
            }

            string[] pooled = [.. Sentence, Pooler], all = [.. pooled, .. PerToken];
            var known = pooling switch { null => all, TextPooling.Pooled => pooled, _ => PerToken };
            var preferred = pooling is null && usual != TextPooling.Pooled ? [.. Sentence, .. PerToken, Pooler] : known;
            _output = preferred.FirstOrDefault(HasFloats) ?? throw Invalid("outputs", _session.OutputMetadata,
                $"one of {string.Join(", ", known)}, of floats{(pooling is null ? "" : $", for the pooling {pooling}")}");
            _takesFirst = pooling == TextPooling.FirstToken;
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>The exact number of tokens that the model accepts; null if it is dynamic.</summary>
    public int? Length => _session.InputMetadata[Ids].Dimensions[1] is > 0 and var length ? length : null;

    /// <summary>The pooled output, or the mean or the first of the tokens' outputs.</summary>
    /// <param name="tokens">Start token, text and end token; at most <see cref="Length"/> ids.</param>
    /// <param name="padding">The id that pads the input of a model of fixed length.</param>
    /// <exception cref="InvalidDataException">The model fails, or its output does not have the shape that belongs to its name.</exception>
    public float[] Run(int[] tokens, int padding)
    {
        var length = Length ?? tokens.Length;
        int At(string input, int i) => (i < tokens.Length, input) switch
        {
            (_, "token_type_ids") => 0,
            (var isText, "attention_mask") => isText ? 1 : 0,
            (true, _) => tokens[i],
            _ => padding,
        };
        var inputs = _session.InputMetadata.ToDictionary(input => input.Key,
            input => ToValue([.. Enumerable.Range(0, length).Select(i => At(input.Key, i))], input.Value.ElementDataType));
        try
        {
            using var options = new RunOptions();
            using var outputs = _session.Run(options, inputs, [_output]);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            var values = outputs[0].GetTensorDataAsSpan<float>();
            var isPerToken = PerToken.Contains(_output);
            if (isPerToken ? shape is not [1, var count, > 0] || count != length : shape is not [1, > 0])
            {
                throw new InvalidDataException($"Output {_output} of '{_file}' is {string.Join(" x ", shape)} for {length} tokens; "
                    + $"expected {(isPerToken ? $"1 x {length} x width" : "1 x width")}.");
            }

            return (isPerToken, _takesFirst) switch
            {
                (false, _) => values.ToArray(),
                (_, true) => values[..(int)shape[2]].ToArray(),
                _ => Mean(values, tokens.Length, (int)shape[2]),
            };
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"'{_file}' fails on {tokens.Length} tokens with ids up to {tokens.Max()}: "
                + $"{failure.Message}", failure);
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();

    private bool HasFloats(string name) =>
        _session.OutputMetadata.TryGetValue(name, out var output) && output.ElementDataType == TensorElementType.Float;

    // Batches of one, so that nothing is padded without need.
    private static bool IsIds(NodeMetadata input) =>
        input.IsTensor && input.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 && input.Dimensions is [-1 or 1, _];

    private static OrtValue ToValue(int[] numbers, TensorElementType type) => type == TensorElementType.Int32
        ? OrtValue.CreateTensorValueFromMemory(numbers, [1, numbers.Length])
        : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(numbers, number => (long)number), [1, numbers.Length]);

    private static float[] Mean(ReadOnlySpan<float> values, int tokens, int width)
    {
        var sums = new double[width];
        for (var i = 0; i < tokens * width; i++)
            sums[i % width] += values[i];
        return Array.ConvertAll(sums, sum => (float)(sum / tokens));
    }

    private static InferenceSession Load(EncoderFile file)
    {
        try
        {
            return OnnxNatives.Use(() =>
            {
                // Failures are thrown, so they need not be printed too.
                using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
                return file.Path is { } path ? new InferenceSession(path, options) : new InferenceSession(file.ReadBytes(), options);
            });
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"'{file.Name}' cannot be read as an ONNX model: {failure.Message}", failure);
        }
    }

    private InvalidDataException Invalid(string what, IReadOnlyDictionary<string, NodeMetadata> nodes, string expected) =>
        new($"The {what} of '{_file}' are {string.Join(", ", nodes.Select(node => $"{node.Key} ({Describe(node.Value)})"))}; expected "
            + $"{expected}.");

    private static string Describe(NodeMetadata node) =>
        $"{node.ElementDataType} {string.Join(" x ", (node.Dimensions ?? []).Select(side => side.ToString(CultureInfo.InvariantCulture)))}";
}
