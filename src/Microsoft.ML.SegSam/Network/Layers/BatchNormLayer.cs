using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>
/// Normalizes each channel of a [B,C,H,W] map: in training by the batch's statistics, which the running ones follow, else by the
/// running ones.
/// </summary>
internal sealed class BatchNormLayer : ScopedModule<Tensor, Tensor>, IInitialized
{
    /// <summary>PyTorch's default.</summary>
    public const double Epsilon = 1e-5;

    private const double Momentum = 0.1; // PyTorch's default

    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    [ComponentName(Name = "running_mean")] private readonly Tensor _mean;
    [ComponentName(Name = "running_var")] private readonly Tensor _variance;
    [ComponentName(Name = "num_batches_tracked")] private readonly Tensor _batches; // unused with a fixed momentum; PyTorch's files hold it

    /// <param name="batches">Int64, without dimensions.</param>
    public BatchNormLayer(Parameter weight, Parameter bias, Tensor mean, Tensor variance, Tensor batches) : base(nameof(BatchNormLayer))
    {
        _weight = weight;
        _bias = bias;
        _mean = mean;
        _variance = variance;
        _batches = batches;
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    protected override Tensor Compute(Tensor map)
    {
        if (training)
            _batches.Fill(batches => batches.add_(Arithmetic.Number(1), Arithmetic.Number(1)));
        return functional.batch_norm(map.ToFloat32(), _mean, _variance, _weight, _bias, training, Momentum, Epsilon);
    }

    public void Initialize(Generator generator)
    {
        _weight.FillAsNorm(_bias);
        _mean.FillWith(0);
        _variance.FillWith(1);
        _batches.FillWith(0);
    }
}
