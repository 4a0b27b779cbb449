using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Onnx;
using Onnx;
using static TorchSharp.torch;
using Floats = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace Microsoft.ML.SegSam.Tests.Onnx;

/// <summary>A model in ONNX Runtime, with tensors in and out.</summary>
internal sealed class OnnxSession(ModelProto model) : IDisposable
{
    private readonly InferenceSession _session = new(model.ToByteArray(), new SessionOptions
    {
        IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    });

    /// <summary>All outputs by name.</summary>
    public Dictionary<string, Tensor> Run(params (string Name, Tensor Value)[] inputs)
    {
        using var results = _session.Run([.. inputs.Select(input => NamedOnnxValue.CreateFromTensor(
            input.Name, new Floats(Numbers(input.Value), [.. input.Value.shape.Select(side => (int)side)])))]);
        return results.ToDictionary(result => result.Name, result =>
        {
            var found = (Floats)result.Value;
            return tensor(found.Buffer.ToArray(), [.. found.Dimensions.ToArray().Select(side => (long)side)]);
        });
    }

    /// <summary>The decoder's inputs apart from the embedding.</summary>
    /// <param name="size">Of the masks; 0: at the decoders' resolution alone.</param>
    public static (string Name, Tensor Value)[] Inputs(PromptTensors prompts, SegSamConfig config, (int Height, int Width) size = default)
    {
        var (coordinates, labels) = (prompts.Points ?? zeros([prompts.Count, 0, 2]), prompts.PointLabels ?? zeros([prompts.Count, 0]));
        if (prompts.Boxes is not null)
        {
            coordinates = cat([coordinates, prompts.Boxes.reshape(-1, 2, 2)], 1);
            labels = cat([labels, tensor(new float[] { 2, 3 }).expand(prompts.Count, 2)], 1);
        }
        else if (prompts.Points is not null) // as in the official predictor
        {
            coordinates = cat([coordinates, zeros([prompts.Count, 1, 2])], 1);
            labels = cat([labels, -ones([prompts.Count, 1])], 1);
        }

        return
        [
            (OnnxModels.Coordinates, coordinates), (OnnxModels.Labels, labels),
            (OnnxModels.MaskInput, prompts.MaskLogits ?? zeros([1, 1, config.MaskSide, config.MaskSide])),
            (OnnxModels.HasMask, full([1], prompts.MaskLogits is null ? 0f : 1f)),
            (OnnxModels.OriginalSize, tensor(new float[] { size.Height, size.Width })),
        ];
    }

    private static float[] Numbers(Tensor values) =>
        values.numel() == 0 ? [] : values.to(ScalarType.Float32).contiguous().data<float>().ToArray();

    public void Dispose() => _session.Dispose();
}
