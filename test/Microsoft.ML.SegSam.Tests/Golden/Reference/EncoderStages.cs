using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>The image encoder run part by part, with the names that the golden files give to its stages.</summary>
internal sealed class EncoderStages(GoldenModel model)
{
    private readonly ImageEncoder _encoder = (ImageEncoder)model.Network.ImageEncoder;

    /// <summary>Every stage of an image [1,3,S,S] by name: patch_embed, block0.norm1, block0.attn and so on to neck.</summary>
    public Dictionary<string, Tensor> Run(Tensor image)
    {
        var stages = new Dictionary<string, Tensor>();
        var x = stages["patch_embed"] = _encoder.Patches.call(image);
        x = stages["patch_embed_plus_pos"] = x.Plus(_encoder.get_parameter("pos_embed")!);
        for (var i = 0; i < _encoder.Blocks.Count; i++)
        {
            var normed = stages[$"block{i}.norm1"] = Norm(i, "norm1").call(x);
            var attended = stages[$"block{i}.attn"] = Attention(i, normed);
            normed = stages[$"block{i}.norm2"] = Norm(i, "norm2").call(AfterAttention(i, x, attended));
            if (_encoder.Blocks[i].Adapter is { } adapter)
                stages[$"block{i}.adapter"] = adapter.call(normed);
            x = stages[$"block{i}"] = _encoder.Blocks[i].call(x);
        }

        var map = x.permute(0, 3, 1, 2);
        var layers = _encoder.Neck.children().ToList();
        for (var i = 0; i < layers.Count; i++)
            map = stages[$"neck.{i}"] = ((nn.Module<Tensor, Tensor>)layers[i]).call(map);
        stages["neck"] = model.Network.Encode(image);
        return stages;
    }

    /// <summary>
    /// A block's attention to its normed input [B,H,W,D]; of windowed blocks as windows [B·n,w,w,D], as in upstream's hooks.
    /// </summary>
    public Tensor Attention(int block, Tensor normed) =>
        _encoder.Blocks[block].Attention.call(IsWindowed(block) ? WindowPartition.Partition(normed, model.Config.WindowSize) : normed);

    /// <summary>A block's input plus its attention: what the second norm sees.</summary>
    public Tensor AfterAttention(int block, Tensor input, Tensor attended) =>
        input.Plus(IsWindowed(block) ? WindowPartition.Merge(attended, input.size(1), input.size(2)) : attended);

    /// <summary>What a block's MLP adds.</summary>
    public Tensor Mlp(int block, Tensor afterAttention) => _encoder.Blocks[block].Mlp.call(Norm(block, "norm2").call(afterAttention));

    public Tensor Adapter(int block, Tensor normed) => _encoder.Blocks[block].Adapter!.call(normed);

    private bool IsWindowed(int block) => !model.Config.GlobalBlocks.Contains(block);

    private NormLayer Norm(int block, string name) =>
        (NormLayer)_encoder.Blocks[block].named_children().Single(child => child.name == name).module;
}
