using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Layers;

// Starting values are PyTorch's: uniform in +-1/sqrt(fan-in) for weights and biases, ones and zeros for norms, N(0, 1) for embeddings.

/// <summary>y = x Wᵀ + b over the last dimension.</summary>
internal sealed class LinearLayer : Module<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;

    public LinearLayer(Parameter weight, Parameter? bias) : base(nameof(LinearLayer))
    {
        _weight = weight;
        _bias = bias;
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    public Parameter? Bias => _bias;

    public override Tensor forward(Tensor input) =>
        functional.linear(input.ToComputeType(), _weight.ToComputeType(), _bias?.ToComputeType());

    public void Initialize(Generator generator) => _weight.FillByFanIn(_bias, _weight.size(1), generator);
}

/// <summary>2-D convolution with a square kernel.</summary>
internal sealed class ConvolutionLayer : Module<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly long[] _stride, _padding;
    private readonly long _groups;
    private readonly bool _unfolded, _padsChannels;

    /// <param name="groups">Parts of the channels that do not see each other; as many as channels: each is convolved alone.</param>
    /// <param name="unfolded">
    /// Whether it is computed as one product with all patches side by side, which is faster with many channels and few pixels. For one
    /// group. Where libtorch's convolutions are wrong (see <see cref="ConvolutionTrial"/>), it is computed so in any case.
    /// </param>
    public ConvolutionLayer(Parameter weight, Parameter? bias, long stride, long padding, long groups, bool unfolded)
        : base(nameof(ConvolutionLayer))
    {
        _weight = weight;
        _bias = bias;
        _stride = [stride, stride];
        _padding = [padding, padding];
        _groups = groups;
        _unfolded = unfolded;
        _padsChannels = groups == 1 && weight.PadsChannels();
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    public Parameter? Bias => _bias;

    public override Tensor forward(Tensor input) => _unfolded || _padsChannels && input.IsWronglyConvolved()
        ? Product(input, _unfolded)
        : functional.conv2d(input.ToComputeType(), _weight.ToComputeType(), _bias?.ToComputeType(), _stride, _padding, groups: _groups);

    // As a way round a wrong convolution, in float32.
    private Tensor Product(Tensor input, bool isMixed)                              // [B,C,H,W]
    {
        using var scope = NewDisposeScope();
        using var mode = MixedPrecision.Use(isMixed && MixedPrecision.IsBFloat16);
        var side = _weight.size(-1);
        long Outputs(int axis) => (input.size(axis) + 2 * _padding[0] - side) / _stride[0] + 1;
        var patches = functional.unfold(
            input.ToComputeType(), (side, side), padding: (_padding[0], _padding[1]), stride: (_stride[0], _stride[1]));
        var pixels = _weight.ToComputeType().flatten(1).matmul(patches);
        if (_bias is not null)
            pixels = pixels.Plus(_bias.ToComputeType().unsqueeze(1));
        return pixels.reshape(input.size(0), -1, Outputs(2), Outputs(3)).MoveToOuterDisposeScope();
    }

    public void Initialize(Generator generator) =>
        _weight.FillByFanIn(_bias, _weight.size(1) * _weight.size(2) * _weight.size(3), generator);
}

/// <summary>2-D transposed convolution with a square kernel.</summary>
internal sealed class TransposedConvolutionLayer : Module<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly long[] _stride, _padding;
    private readonly bool _unfolded, _padsChannels;

    /// <param name="unfolded">As in <see cref="ConvolutionLayer"/>.</param>
    public TransposedConvolutionLayer(Parameter weight, Parameter? bias, long stride, long padding, bool unfolded)
        : base(nameof(TransposedConvolutionLayer))
    {
        _weight = weight;
        _bias = bias;
        _stride = [stride, stride];
        _padding = [padding, padding];
        _unfolded = unfolded;
        _padsChannels = weight.PadsChannels();
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    public Parameter? Bias => _bias;

    public override Tensor forward(Tensor input) => _unfolded || _padsChannels && input.IsWronglyConvolved()
        ? Product(input, _unfolded)
        : functional.conv_transpose2d(input.ToComputeType(), _weight.ToComputeType(), _bias?.ToComputeType(), _stride, _padding);

    // As a way round a wrong convolution, in float32.
    private Tensor Product(Tensor input, bool isMixed)                              // [B,C,H,W]
    {
        using var scope = NewDisposeScope();
        using var mode = MixedPrecision.Use(isMixed && MixedPrecision.IsBFloat16);
        var side = _weight.size(-1);
        long Outputs(int axis) => (input.size(axis) - 1) * _stride[0] - 2 * _padding[0] + side;
        // The weight is the second operand: as the first it makes a slow product in bfloat16.
        var patches = input.ToComputeType().flatten(2).transpose(1, 2).matmul(_weight.ToComputeType().flatten(1)).transpose(1, 2);
        var map = functional.fold(
            patches, (Outputs(2), Outputs(3)), (side, side), padding: (_padding[0], _padding[1]), stride: (_stride[0], _stride[1]));
        if (_bias is not null)
            map = map.Plus(_bias.ToComputeType().reshape(1, -1, 1, 1));
        return map.MoveToOuterDisposeScope();
    }

    public void Initialize(Generator generator) =>
        _weight.FillByFanIn(_bias, _weight.size(1) * _weight.size(2) * _weight.size(3), generator);
}

/// <summary>Layer normalization over the last dimension.</summary>
internal sealed class NormLayer : Module<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly double _epsilon;

    public NormLayer(Parameter weight, Parameter bias, double epsilon) : base(nameof(NormLayer))
    {
        _weight = weight;
        _bias = bias;
        _epsilon = epsilon;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) =>
        functional.layer_norm(input.ToFloat32(), [_weight.size(0)], _weight, _bias, _epsilon);

    public void Initialize(Generator generator) => _weight.FillAsNorm(_bias);
}

/// <summary>Layer normalization over the channels of each pixel of a [B,C,H,W] map.</summary>
internal sealed class MapNormLayer : ScopedModule<Tensor, Tensor>, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly double _epsilon;

    public MapNormLayer(Parameter weight, Parameter bias, double epsilon) : base(nameof(MapNormLayer))
    {
        _weight = weight;
        _bias = bias;
        _epsilon = epsilon;
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor input) => OfPixels(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);

    /// <summary>The same for pixels with their channels last: [..,C].</summary>
    public Tensor OfPixels(Tensor pixels) => functional.layer_norm(pixels.ToFloat32(), [_weight.size(0)], _weight, _bias, _epsilon);

    public void Initialize(Generator generator) => _weight.FillAsNorm(_bias);
}

/// <summary>A table of learned vectors, used whole.</summary>
internal sealed class EmbeddingLayer : Module, IInitialized
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    public EmbeddingLayer(Parameter weight) : base(nameof(EmbeddingLayer))
    {
        _weight = weight;
        RegisterComponents();
    }

    /// <summary>[count, width].</summary>
    public Parameter Weight => _weight;

    public void Initialize(Generator generator) => _weight.Fill(weight => weight.normal_(0, 1, generator));
}

internal static class PaddedChannels
{
    /// <summary>Whether a convolution's weight [c1,c2,k,k] has channels that do not fill whole vectors.</summary>
    public static bool PadsChannels(this Tensor weight) =>
        weight.size(0) % ConvolutionTrial.Vector != 0 || weight.size(1) % ConvolutionTrial.Vector != 0;

    /// <summary>Whether libtorch would convolve such channels of the map wrongly.</summary>
    public static bool IsWronglyConvolved(this Tensor map) =>
        map.device_type == TorchSharp.DeviceType.CPU && !ConvolutionTrial.IsRight;
}

internal static class StartingValues
{
    /// <summary>Weights that keep the scale of a map through ReLU (He et al. 2015), and no biases.</summary>
    public static void FillForRelu(this ConvolutionLayer layer, Generator generator)
    {
        var fanIn = layer.Weight.size(1) * layer.Weight.size(2) * layer.Weight.size(3);
        layer.Weight.Fill(weight => weight.normal_(0, Math.Sqrt(2.0 / fanIn), generator));
        layer.Bias?.FillWith(0);
    }

    /// <summary>For a layer that adds nothing at first.</summary>
    public static void FillWithZeros(this ConvolutionLayer layer)
    {
        layer.Weight.FillWith(0);
        layer.Bias?.FillWith(0);
    }

    /// <summary>Sets each value to a constant.</summary>
    public static void FillWith(this Tensor parameter, double value) =>
        parameter.Fill(values => values.fill_(Arithmetic.Number(value)));

    /// <summary>Changes a parameter in place without recording it for gradients.</summary>
    public static void Fill(this Tensor parameter, Action<Tensor> change)
    {
        using var noGrad = no_grad();
        change(parameter);
    }

    public static void FillByFanIn(this Parameter weight, Parameter? bias, long fanIn, Generator generator)
    {
        var bound = 1 / Math.Sqrt(fanIn);
        weight.Fill(w => w.uniform_(-bound, bound, generator));
        bias?.Fill(b => b.uniform_(-bound, bound, generator));
    }

    public static void FillAsNorm(this Parameter weight, Parameter bias)
    {
        weight.FillWith(1);
        bias.FillWith(0);
    }
}
