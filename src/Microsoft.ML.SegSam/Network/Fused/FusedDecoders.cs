using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>
/// The transformers and up-scalings of a network's decoders in their fused form, for predictions on a CPU, until this is disposed of. It
/// copies the weights: they must not change any more. Many threads may decode at once.
/// </summary>
internal sealed class FusedDecoders : IDisposable
{
    private readonly List<(TwoWayTransformer Module, ITwoWay Form)> _forms;
    private readonly List<(Upscaling Module, IUpscaling Form)> _upscalings;
    private readonly SegSamConfig _config;

    /// <param name="halves">Whether products with maps are in bfloat16.</param>
    public FusedDecoders(SegSamNetwork network, bool halves)
    {
        _config = network.Config;
        _forms = [.. network.modules().OfType<TwoWayTransformer>().Select(module => (module, (ITwoWay)(halves
            ? new FusedTwoWay<ushort, Halves>(module, _config) : new FusedTwoWay<float, Singles>(module, _config))))];
        _upscalings = [.. network.modules().OfType<Upscaling>().Select(module => (module, (IUpscaling)(halves
            ? new FusedUpscaling<ushort, Halves>(module, _config) : new FusedUpscaling<float, Singles>(module, _config))))];
    }

    /// <summary>Whether decoders use them.</summary>
    public bool AreUsed
    {
        set
        {
            _forms.ForEach(pair => pair.Module.Fused = value ? pair.Form : null);
            _upscalings.ForEach(pair => pair.Module.Fused = value ? pair.Form : null);
        }
    }

    /// <summary>Maps of noise [1,n,C], their position codes, tokens [1,N,C]: something to try them with.</summary>
    public (Tensor Keys, Tensor Positions, Tensor Tokens) Example()
    {
        const int tokens = 12, largest = 16;
        var side = Math.Min(_config.Grid, largest);
        using var generator = new Generator(1, CPU);
        Tensor Noise(int count) => randn([1, count, _config.Width], generator: generator);
        return (Noise(side * side), Noise(side * side), Noise(tokens));
    }

    /// <summary>Runs every transformer and up-scaling in the form that is used, and joins tokens and maps.</summary>
    public Tensor Run((Tensor Keys, Tensor Positions, Tensor Tokens) example)
    {
        using var scope = NewDisposeScope();
        var results = _forms.Select(pair => pair.Module.call(example.Keys, example.Positions, example.Tokens))
            .SelectMany(result => (Tensor[])[result.Tokens.flatten(), result.Map.flatten()]);
        var side = (long)Math.Sqrt(example.Keys.size(1));
        var fine = _config.FineMaps ? new FineMaps(
            example.Keys.reshape(1, 4 * side * side, -1), cat([example.Keys, example.Keys], -1).reshape(1, 16 * side * side, -1)) : null;
        var prior = example.Positions.select(-1, 0).repeat(1, 16).reshape(1, 1, 4 * side, 4 * side);
        var enlarged = _upscalings.Select(pair => pair.Module.call(example.Positions, new(fine, prior)).flatten());
        return cat([.. results, .. enlarged]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        AreUsed = false;
        _forms.ForEach(pair => ((IDisposable)pair.Form).Dispose());
        _upscalings.ForEach(pair => ((IDisposable)pair.Form).Dispose());
    }
}
