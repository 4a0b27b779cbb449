using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>A text encoder in ONNX form: token numbers in, one vector out.</summary>
internal sealed class OnnxTextModel : IDisposable
{
    private const string Ids = "input_ids";
    private static readonly string[] Known = [Ids, "attention_mask", "token_type_ids"];
    private static readonly string[] Pooled = ["text_embeds", "sentence_embedding", "pooler_output"];
    private static readonly string[] PerToken = ["last_hidden_state", "token_embeddings"];

    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly string _output;

    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It is no ONNX model, or has inputs or outputs that are not known; those found are listed.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public OnnxTextModel(string file)
    {
        _file = file;
        _session = Load(file);
        try
        {
            if (!_session.InputMetadata.ContainsKey(Ids) || !_session.InputMetadata.All(input => Known.Contains(input.Key) && IsIds(input.Value)))
                throw Unknown("inputs", _session.InputMetadata, $"{Ids}, and at most {string.Join(" and ", Known[1..])}, Int64 or Int32 of 1 x length; export the text encoder alone");
            _output = Pooled.Concat(PerToken).FirstOrDefault(name => _session.OutputMetadata.TryGetValue(name, out var output) && output.ElementDataType == TensorElementType.Float)
                ?? throw Unknown("outputs", _session.OutputMetadata, $"one of {string.Join(", ", Pooled.Concat(PerToken))}, of floats");
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>How many tokens the model takes, exactly; null where that is left open.</summary>
    public int? Length => _session.InputMetadata[Ids].Dimensions[1] is > 0 and var length ? length : null;

    /// <summary>The pooled output, or the mean of the tokens' outputs.</summary>
    /// <param name="tokens">Start mark, text and end mark, at most <see cref="Length"/> numbers.</param>
    /// <param name="padding">Fills up a model of fixed length.</param>
    /// <exception cref="InvalidDataException">The model fails, or its output has another shape than its name tells.</exception>
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
            if (Pooled.Contains(_output) ? shape is [1, > 0] : shape is [1, var count, > 0] && count == length)
                return Pooled.Contains(_output) ? values.ToArray() : Mean(values, tokens.Length, (int)shape[2]);
            throw new InvalidDataException($"Output {_output} of '{_file}' is {string.Join(" x ", shape)} for {length} tokens; expected {(Pooled.Contains(_output) ? "1 x width" : $"1 x {length} x width")}.");
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"'{_file}' fails on {tokens.Length} tokens with numbers up to {tokens.Max()}: {failure.Message}", failure);
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();

    // Batches of one: nothing is padded that need not be.
    private static bool IsIds(NodeMetadata input) =>
        input.IsTensor && input.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 && input.Dimensions is [-1 or 1, _];

    private static OrtValue ToValue(int[] numbers, TensorElementType type) => type == TensorElementType.Int32
        ? OrtValue.CreateTensorValueFromMemory(numbers, [1, numbers.Length])
        : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(numbers, number => (long)number), [1, numbers.Length]);

    private static float[] Mean(ReadOnlySpan<float> values, int tokens, int width)
    {
        var mean = new float[width];
        for (var i = 0; i < tokens * width; i++)
            mean[i % width] += values[i] / tokens;
        return mean;
    }

    private static InferenceSession Load(string file)
    {
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no file '{file}'. Export the text encoder to ONNX, or correct the path.", file);
        try
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL }; // failures are thrown; it need not print them too
            return new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"'{file}' cannot be read as an ONNX model: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new DllNotFoundException($"There is no usable native ONNX Runtime: add the package Microsoft.ML.OnnxRuntime to your program. The system's loader said: {failure.GetBaseException().Message}", failure);
        }
    }

    private InvalidDataException Unknown(string what, IReadOnlyDictionary<string, NodeMetadata> found, string expected) =>
        new($"The {what} of '{_file}' are {string.Join(", ", found.Select(node => $"{node.Key} ({node.Value.ElementDataType} {string.Join(" x ", (node.Value.Dimensions ?? []).Select(side => side.ToString(CultureInfo.InvariantCulture)))})"))}; expected {expected}.");
}
