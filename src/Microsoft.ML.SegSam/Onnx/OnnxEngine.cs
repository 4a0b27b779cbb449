using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Onnx;

// P prompts, n points of each, g = S/16, K categories.

/// <summary>The exported network in ONNX Runtime: nothing of TorchSharp is loaded.</summary>
internal sealed class OnnxEngine : IEngine
{
    private static readonly string[] AnswersAndCandidates = [.. OnnxModels.Answers, OnnxModels.Candidates, OnnxModels.CandidateIoUs];

    private readonly SegSamConfig _config;
    private readonly InferenceSession _encoder, _decoder;

    /// <param name="encoder">What <see cref="OnnxModels.Encoder"/> makes; the engine owns it.</param>
    /// <param name="decoder">What <see cref="OnnxModels.Decoder"/> makes; the engine owns it.</param>
    public OnnxEngine(SegSamConfig config, InferenceSession encoder, InferenceSession decoder, string encoderSignature, long parameters)
    {
        (_config, _encoder, _decoder, EncoderSignature, Parameters) = (config, encoder, decoder, encoderSignature, parameters);
    }

    public long Parameters { get; }

    public string EncoderSignature { get; }

    // One at a time, so that memory does not grow with their number.
    public float[][] Encode(IReadOnlyList<NetworkImage> images, PixelScaling scaling) => [.. images.Select(image =>
    {
        var values = ImageTensor.Values([image], scaling);
        using var input = OrtValue.CreateTensorValueFromMemory(values, [1, 3, _config.InputSize, _config.InputSize]);
        using var outputs = Run(_encoder, [OnnxModels.Image], [input], [OnnxModels.Embeddings]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    })];

    // Prompts of one image and one kind go together, as many at a time as keep the maps in the processor's cache.
    public IReadOnlyList<DecodedPrompt> Decode(IReadOnlyList<(float[] Embedding, Prompt Prompt)> prompts, bool multimask)
    {
        var decoded = new DecodedPrompt[prompts.Count];
        var chunk = (int)ChunkedDecoding.PromptsOfChunk(_config, prompts.Count);
        foreach (var group in Enumerable.Range(0, prompts.Count)
            .GroupBy(i => (prompts[i].Embedding, PromptCollator.Kind(prompts[i].Prompt))))
        {
            foreach (var part in group.Chunk(chunk))
            {
                var results = Decode(group.Key.Embedding, [.. part.Select(i => prompts[i].Prompt)], multimask);
                for (var i = 0; i < part.Length; i++)
                    decoded[part[i]] = results[i];
            }
        }

        return decoded;
    }

    public IReadOnlyList<IReadOnlyList<(float[] Logits, float PredictedIoU)>> DecodeCandidates(
        float[] embedding, IReadOnlyList<Prompt> prompts) =>
        [.. Decode([.. prompts.Select(prompt => (embedding, prompt))], multimask: true).Select(decoded => decoded.Candidates)];

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }

    private DecodedPrompt[] Decode(float[] embedding, Prompt[] prompts, bool multimask)
    {
        var (points, hasBox, hasMask) = PromptCollator.Kind(prompts[0]);
        long count = prompts.Length, grid = _config.Grid, side = _config.MaskSide;
        var places = points + (hasBox ? 2 : points > 0 ? 1 : 0);                            // without a box SAM adds a point that is none
        OrtValue Value(float[] values, params long[] shape) => OrtValue.CreateTensorValueFromMemory(values, shape);
        OrtValue[] inputs =
        [
            Value(embedding, 1, _config.EmbeddingWidth, grid, grid),
            Value(Arrays.Join([.. prompts.Select(prompt => Coordinates(prompt, places))]), count, places, 2),
            Value(Arrays.Join([.. prompts.Select(prompt => Labels(prompt, places))]), count, places),
            hasMask ? Value(Arrays.Join([.. prompts.Select(prompt => prompt.MaskLogits!)]), count, 1, side, side)
                : Value(new float[side * side], 1, 1, side, side),
            Value([hasMask ? 1 : 0], 1),
            Value([0, 0], 2),                                                               // masks at their own resolution alone
        ];
        try
        {
            using var outputs = Run(_decoder,
            [
                OnnxModels.Embeddings, OnnxModels.Coordinates, OnnxModels.Labels, OnnxModels.MaskInput, OnnxModels.HasMask,
                OnnxModels.OriginalSize,
            ], inputs, multimask ? AnswersAndCandidates : OnnxModels.Answers);
            var rows = outputs.Select(output => Rows(output, prompts.Length)).ToArray();
            return [.. Enumerable.Range(0, prompts.Length).Select(i => new DecodedPrompt(
                rows[0][i], rows[1][i], rows[2][i][0], rows[3][i], rows[4][i],
                multimask ? Candidates(rows[5][i], rows[6][i], prompts[0]) : []))];
        }
        finally
        {
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    private static float[] Coordinates(Prompt prompt, int places)
    {
        var coordinates = new float[2 * places];
        prompt.Points.CopyTo(coordinates, 0);
        prompt.Box?.CopyTo(coordinates, prompt.Points.Length);
        return coordinates;
    }

    private static float[] Labels(Prompt prompt, int places)
    {
        float[] others = prompt.Box is null ? [PromptGraph.NoPoint] : [PromptGraph.FirstCorner, PromptGraph.LastCorner];
        return [.. prompt.PointLabels.Concat(others).Take(places)];
    }

    private (float[], float)[] Candidates(float[] masks, float[] ious, Prompt prompt)
    {
        var size = masks.Length / ious.Length;
        var isSinglePoint = prompt is { Box: null, MaskLogits: null, PointCount: 1 };
        var (first, count) = SegSamOutput.CandidatesAmong(ious.Length, _config.PredictsSingleMask(isSinglePoint));
        return [.. Enumerable.Range(first, count).Select(i => (masks[(i * size)..((i + 1) * size)], ious[i]))];
    }

    private static float[][] Rows(OrtValue output, int count)
    {
        var all = output.GetTensorDataAsSpan<float>();
        var rows = new float[count][];
        for (var i = 0; i < count; i++)
            rows[i] = all.Slice(i * (all.Length / count), all.Length / count).ToArray();
        return rows;
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(
        InferenceSession session, IReadOnlyCollection<string> names, IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputs)
    {
        using var options = new RunOptions();
        return session.Run(options, names, inputs, outputs);
    }
}
