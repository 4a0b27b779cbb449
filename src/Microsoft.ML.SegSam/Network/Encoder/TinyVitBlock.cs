using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, n windows, w window side, N = w·w tokens of a window, C width, h heads, d = C/h, H W map.

/// <summary>TinyViT's transformer block: attention in windows, a convolution over each channel's neighborhood, MLP.</summary>
internal sealed class TinyVitBlock : ScopedModule<Tensor, Tensor>
{
    /// <summary>Of this block's layer norms: PyTorch's default, larger than that of SAM's encoders.</summary>
    public const double Epsilon = 1e-5;

    [ComponentName(Name = "attn")] private readonly WindowAttention _attention;
    [ComponentName(Name = "local_conv")] private readonly ConvNorm _localConvolution;
    [ComponentName(Name = "mlp")] private readonly Sequential _mlp;
    private readonly int _window;

    public TinyVitBlock(LayerFactory make, TinyVitStage stage, double mlpRatio) : base(nameof(TinyVitBlock))
    {
        _window = stage.Window;
        var hiddenWidth = (int)(stage.Width * mlpRatio);
        _attention = new(make, stage.Width, stage.Heads, stage.Window);
        _localConvolution = new(make, stage.Width, stage.Width, kernel: 3, groups: stage.Width);
        _mlp = Sequential(
            ("norm", make.Norm(stage.Width, Epsilon)),
            ("fc1", make.Linear(stage.Width, hiddenWidth)), ("act", GELU()), ("fc2", make.Linear(hiddenWidth, stage.Width)));
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor map)                                                  // [B,C,H,W]
    {
        var x = map.permute(0, 2, 3, 1);                                                           // [B,H,W,C]
        x = x.Plus(WindowPartition.Merge(_attention.call(WindowPartition.Partition(x, _window)), x.size(1), x.size(2)));
        x = _localConvolution.call(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1);                     // not added: it replaces x
        x = x.Plus(_mlp.call(x));
        return x.permute(0, 3, 1, 2);
    }
}

/// <summary>Self-attention within windows; each head learns one bias for each distance (rows apart, columns apart).</summary>
internal sealed class WindowAttention : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "norm")] private readonly NormLayer _norm;
    [ComponentName(Name = "qkv")] private readonly LinearLayer _qkv;
    [ComponentName(Name = "attention_biases")] private readonly Parameter _biases; // [h,w·w]
    [ComponentName(Name = "proj")] private readonly LinearLayer _projection;
    private readonly int _heads, _window;

    public WindowAttention(LayerFactory make, int width, int heads, int window) : base(nameof(WindowAttention))
    {
        _heads = heads;
        _window = window;
        _norm = make.Norm(width, TinyVitBlock.Epsilon);
        _qkv = make.Linear(width, 3 * width);
        _biases = make.Parameter(heads, window * window);
        _projection = make.Linear(width, width);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor windows)                                              // [n,w,w,C]
    {
        // Padding is not masked: TinyViT normalizes the padded zeros like any token, so they attend and are attended to.
        var qkv = _qkv.call(_norm.call(windows)).flatten(1, 2);                                    // [n,N,3C]
        var parts = qkv.reshape(qkv.size(0), qkv.size(1), _heads, -1).transpose(1, 2).chunk(3, -1); // q, k, v of each head, [n,h,N,d]
        var attended = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], Bias().ToComputeType());
        return _projection.call(attended.transpose(1, 2).reshape(windows.shape));
    }

    /// <summary>The learned bias of every pair (query, key), the same for all windows: [1,h,N,N].</summary>
    private Tensor Bias()
    {
        var tokens = _window * _window;
        var index = new long[tokens * tokens];
        for (var i = 0; i < index.Length; i++)
        {
            var (query, key) = (i / tokens, i % tokens);
            index[i] = Math.Abs(query / _window - key / _window) * _window + Math.Abs(query % _window - key % _window);
        }

        return _biases.index_select(1, tensor(index, device: _biases.device)).reshape(1, _heads, tokens, tokens);
    }

    public void Initialize(Generator generator) => _biases.FillWith(0);
}
