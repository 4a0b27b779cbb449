using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Prediction;
using Onnx;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>A graph of this library's export in ONNX Runtime, by its defaults: what people would use instead.</summary>
internal sealed class OnnxPeer : IDisposable
{
    private static readonly string[] SamOutputs = [OnnxModels.LowResMasks, OnnxModels.PredictedIoUs];

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _inputs;
    private readonly string[] _names, _outputs;

    private OnnxPeer(ModelProto graph, string[] outputs, params (string Name, OrtValue Value)[] inputs)
    {
        var path = Path.GetTempFileName();
        try
        {
            OnnxFile.Write(path, graph);
            _session = new(path);
        }
        finally
        {
            File.Delete(path);
        }

        (_names, _inputs, _outputs) = ([.. inputs.Select(input => input.Name)], [.. inputs.Select(input => input.Value)], outputs);
    }

    /// <summary>The image encoder.</summary>
    /// <param name="pixels">[1,3,S,S], normalized.</param>
    public static OnnxPeer Encoder(SegSamModel model, float[] pixels)
    {
        long side = model.Config.InputSize;
        return new(Models(model).Encoder(), [OnnxModels.Embeddings], (OnnxModels.Image, Value(pixels, 1, 3, side, side)));
    }

    /// <summary>SAM's part of the decoders: no semantic mask, no category.</summary>
    /// <param name="embedding">[1,C,g,g].</param>
    /// <param name="box">x0, y0, x1, y1 in the network's frame.</param>
    public static OnnxPeer SamDecoder(SegSamModel model, float[] embedding, float[] box) =>
        Decoder(model.Config, SamAlone(model), SamOutputs, embedding, box);

    /// <summary>Both decoders: the same answer as this library's.</summary>
    /// <inheritdoc cref="SamDecoder" path="/param"/>
    public static OnnxPeer Decoders(SegSamModel model, float[] embedding, float[] box) =>
        Decoder(model.Config, Models(model).Decoder(), OnnxModels.Answers, embedding, box);

    /// <summary>Writes encoder and SAM's part of the decoders, for a process that starts with them.</summary>
    public static void Save(SegSamModel model, string folder)
    {
        Directory.CreateDirectory(folder);
        OnnxFile.Write(Path.Combine(folder, OnnxFolder.EncoderFile), Models(model).Encoder());
        OnnxFile.Write(Path.Combine(folder, OnnxFolder.DecoderFile), SamAlone(model));
    }

    /// <summary>The first output, which is copied, as a caller would.</summary>
    public float[] Run()
    {
        using var outputs = _session.Run(_options, _names, _inputs, _outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var input in _inputs)
            input.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    /// <summary>The inputs of the decoders' graph for a box, by name.</summary>
    public static (string Name, OrtValue Value)[] Inputs(SegSamConfig config, float[] embedding, float[] box)
    {
        long grid = config.Grid, side = config.MaskSide;
        return
        [
            (OnnxModels.Embeddings, Value(embedding, 1, config.EmbeddingWidth, grid, grid)),
            (OnnxModels.Coordinates, Value(box, 1, 2, 2)),
            (OnnxModels.Labels, Value([PromptGraph.FirstCorner, PromptGraph.LastCorner], 1, 2)),
            (OnnxModels.MaskInput, Value(new float[side * side], 1, 1, side, side)),
            (OnnxModels.HasMask, Value([0], 1)),
            (OnnxModels.OriginalSize, Value([0, 0], 2)), // masks at their own resolution alone
        ];
    }

    public static OrtValue Value(float[] values, params long[] shape) => OrtValue.CreateTensorValueFromMemory(values, shape);

    private static OnnxPeer Decoder(SegSamConfig config, ModelProto graph, string[] outputs, float[] embedding, float[] box) =>
        new(graph, outputs, Inputs(config, embedding, box));

    private static OnnxModels Models(SegSamModel model) =>
        new(model.Network, model.Preprocessing.Resize, halfPrecision: false);

    // What none of SAM's outputs needs goes, but for the inputs.
    private static ModelProto SamAlone(SegSamModel model)
    {
        var decoder = Models(model).Decoder();
        var (graph, wanted) = (decoder.Graph, SamOutputs.ToHashSet());
        var nodes = graph.Node.Reverse().Where(node =>
        {
            var isWanted = node.Output.Any(wanted.Contains);
            if (isWanted)
                wanted.UnionWith(node.Input);
            return isWanted;
        }).Reverse().ToList();
        var results = graph.Output.Where(output => SamOutputs.Contains(output.Name)).ToList();
        var weights = graph.Initializer.Where(weight => wanted.Contains(weight.Name) || graph.Input.Any(input => input.Name == weight.Name))
            .ToList();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        graph.Output.Clear();
        graph.Output.Add(results);
        graph.Initializer.Clear();
        graph.Initializer.Add(weights);
        return decoder;
    }
}
