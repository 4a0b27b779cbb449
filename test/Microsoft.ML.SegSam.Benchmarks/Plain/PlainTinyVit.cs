using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Plain;

/// <summary>
/// MobileSAM's image encoder with attention written out, as the official code has it; its convolutions are those of the library.
/// </summary>
internal sealed class PlainTinyVit(SegSamNetwork network)
{
    private readonly PlainModules _modules = new(network.ImageEncoder);

    public Tensor Encode(Tensor image)
    {
        using var scope = NewDisposeScope();
        var x = _modules.Call("patch_embed", image);
        foreach (var (i, stage) in network.Config.Stages!.Index())
        {
            if (stage.Heads == 0)
            {
                x = _modules.Call($"layers.{i}", x);
                continue;
            }

            for (var block = 0; block < stage.Depth; block++)
                x = Block($"layers.{i}.blocks.{block}", stage, x);
            if (_modules.Has($"layers.{i}.downsample"))
                x = _modules.Call($"layers.{i}.downsample", x);
        }

        return _modules.Call("neck", x).MoveToOuterDisposeScope();
    }

    private Tensor Block(string name, TinyVitStage stage, Tensor map)                  // [B,C,H,W]
    {
        using var scope = NewDisposeScope();
        var x = map.permute(0, 2, 3, 1);
        x = x.Plus(WindowPartition.Merge(Attend(name + ".attn", stage, WindowPartition.Partition(x, stage.Window)), x.size(1), x.size(2)));
        x = _modules.Call(name + ".local_conv", x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1);
        return x.Plus(_modules.Call(name + ".mlp", x)).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private Tensor Attend(string name, TinyVitStage stage, Tensor windows)             // [n,w,w,C]
    {
        int window = stage.Window, tokens = window * window;
        var qkv = _modules.Call(name + ".qkv", _modules.Call(name + ".norm", windows)).flatten(1, 2);
        var parts = qkv.reshape(qkv.size(0), tokens, stage.Heads, -1).transpose(1, 2).chunk(3, -1);
        var index = from query in Enumerable.Range(0, tokens)
                    from key in Enumerable.Range(0, tokens)
                    select (long)Math.Abs(query / window - key / window) * window + Math.Abs(query % window - key % window);
        var bias = _modules[name + ".attention_biases"].index_select(1, tensor(index.ToArray())).reshape(stage.Heads, tokens, tokens);
        var logits = parts[0].matmul(parts[1].transpose(-2, -1)).Times(1 / Math.Sqrt(parts[0].size(-1))).Plus(bias);
        return _modules.Call(name + ".proj", logits.softmax(-1).matmul(parts[2]).transpose(1, 2).reshape(windows.shape));
    }
}
