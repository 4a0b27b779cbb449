using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Golden;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>The official SAM at its tiny golden size, in one precision: its weights in our network, its prompts as our tensors.</summary>
internal sealed class GoldenSam : IDisposable
{
    private readonly SafetensorsFile _prompts = SafetensorsFile.Golden("sam_prompt.safetensors");

    public GoldenSam(ScalarType dtype)
    {
        DType = dtype;
        Network = new SegSamNetwork(GoldenConfig.Read("sam_tiny"), new Layers(CPU, dtype)).Initialize(1);
        var weights = SafetensorsFile.Golden("sam_tiny.safetensors");
        var ours = Network.state_dict();
        using var noGrad = no_grad();
        foreach (var name in weights.Names)
        {
            using var value = weights.Tensor(name);
            CollectionAssert.AreEqual(value.shape, ours[name].shape, name);
            ours[name].copy_(value);
        }
    }

    public ScalarType DType { get; }

    public SegSamNetwork Network { get; }

    /// <summary>The prompt cases by name; listed here so that the tests are found, and skipped, where there are no files.</summary>
    public static IReadOnlyList<string> Cases { get; } =
    [
        "A.all", "A.box", "A.boxes_batch2", "A.mask", "A.none", "A.point1", "A.point_mask", "A.points3", "A.points_batch3", "A.points_box",
        "A.points_pad", "B.box", "B.point1", "C.points_box",
    ];

    /// <summary>A prompt case such as "A.points3", all for image 0 of a batch.</summary>
    public PromptTensors Prompt(string name)
    {
        var (points, labels, boxes, masks) = (In("point_coords"), In("point_labels"), In("boxes"), In("mask_inputs"));
        var count = (points ?? boxes ?? masks)?.size(0) ?? 1;
        return new(zeros(count, int64), points, labels, boxes, masks);

        Tensor? In(string part) => _prompts.Has($"{name}.in.{part}") ? _prompts.Tensor($"{name}.in.{part}").to(DType) : null;
    }

    public void Dispose() => Network.Dispose();
}
