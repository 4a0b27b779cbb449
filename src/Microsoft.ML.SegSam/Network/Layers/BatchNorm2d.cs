using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Normalises each channel of a [B,C,H,W] map: by the batch's statistics while training, which the running ones follow, else by the running ones.</summary>
internal sealed class BatchNorm2d : ScopedModule<Tensor, Tensor>, IInitialized
{
    private const double Momentum = 0.1, Epsilon = 1e-5; // PyTorch's defaults

    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    [ComponentName(Name = "running_mean")] private readonly Tensor _mean;
    [ComponentName(Name = "running_var")] private readonly Tensor _variance;
    [ComponentName(Name = "num_batches_tracked")] private readonly Tensor _batches; // unused with a fixed momentum; PyTorch's files hold it

    /// <param name="batches">A whole number of 64 bits, no dimensions.</param>
    public BatchNorm2d(Parameter weight, Parameter bias, Tensor mean, Tensor variance, Tensor batches) : base(nameof(BatchNorm2d))
    {
        (_weight, _bias, _mean, _variance, _batches) = (weight, bias, mean, variance, batches);
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    protected override Tensor Compute(Tensor map)
    {
        if (training)
            _batches.Fill(batches => batches.add_(1));
        return functional.batch_norm(map.InFull(), _mean, _variance, _weight, _bias, training, Momentum, Epsilon);
    }

    public void Initialize(Generator generator)
    {
        _weight.FillAsNorm(_bias);
        _mean.Fill(mean => mean.fill_(0));
        _variance.Fill(variance => variance.fill_(1));
        _batches.Fill(batches => batches.fill_(0));
    }
}
