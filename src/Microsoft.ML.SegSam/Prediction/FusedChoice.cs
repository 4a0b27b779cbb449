using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Fused.Encoders;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Decides, on this machine, which parts of a network are computed in their fused form, and which by libtorch's layers.</summary>
internal static class FusedChoice
{
    private const string Switch = "Microsoft.ML.SegSam.Fused", Variable = "SEGSAM_FUSED"; // either forces the choice

    private const double WorthwhileGain = 1.3;                    // of bfloat16
    private const double SlowestGain = 0.8;                       // of a fused form: a busy machine must not decide
    private const double SinglesAgree = 1e-3, HalvesAgree = 0.05; // the norm of the difference, by that of the layers' result

    // How many times as fast a part's fused form was. Measured once, so that all models of a process are computed alike.
    private static readonly ConcurrentDictionary<(string Part, bool Halves), double> Gains = [];

    /// <summary>The fused forms that exist, compute what the layers compute, and are not slower, or asked for. The log says why.</summary>
    /// <param name="network">In evaluation mode; its weights must not change any more.</param>
    public static FusedForms Create(SegSamNetwork network, SegSamPrecision precision, TorchDevice device, IChannel? channel) =>
        Create(network, precision, device, channel, Environment.GetEnvironmentVariable(Variable),
            AppContext.TryGetSwitch(Switch, out var isOn) ? isOn : null);

    /// <inheritdoc cref="Create(SegSamNetwork, SegSamPrecision, TorchDevice, IChannel?)"/>
    /// <param name="variable">The environment variable's value: on, off, or null, which leaves it to the switch.</param>
    /// <param name="isOn">The switch; null: not set, the trial decides.</param>
    internal static FusedForms Create(
        SegSamNetwork network, SegSamPrecision precision, TorchDevice device, IChannel? channel, string? variable, bool? isOn)
    {
        if (device.Device.type != TorchSharp.DeviceType.CPU)
            return new(null, null);
        SignalStack.Enlarge();
        var forced = variable switch { "on" => true, "off" => false, _ => isOn };
        if (variable is not (null or "" or "on" or "off"))
        {
            channel?.Warning(MessageSensitivity.None,
                $"The environment variable {Variable} is '{variable}', which has no effect; set it to on or off, or not at all.");
        }

        var halves = precision == SegSamPrecision.BFloat16
            || precision == SegSamPrecision.Automatic && PrecisionChoice.MayGainFused(network.Config, device)
            && MicroKernels.GainOfHalves >= WorthwhileGain;
        var missing = forced is false ? $"{Variable}=off or the switch {Switch} asks for it"
            : MicroKernels.WhyNotSingles ?? (halves ? MicroKernels.WhyNotHalves : null);
        if (missing is not null)
        {
            channel?.Info(MessageSensitivity.None, $"The network is computed by libtorch's layers: {missing}.");
            return new(null, null);
        }

        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var layersPrecision = MixedPrecision.Use(false);
        var trial = new Trial(halves, forced is true, channel);
        return new(FusedEncoder.Exists(network.Config) ? EncoderOf(network, trial) : null, DecodersOf(network, trial));
    }

    private static FusedEncoder? EncoderOf(SegSamNetwork network, Trial trial)
    {
        if (network.Config.Kind == EncoderKind.Vit) // in float32 it gains a tenth, and holds all weights twice
            return (trial.Halves || trial.IsForced) && IsVitWon(trial) ? new(network, trial.Halves) : null;
        const int side = 64;
        var fused = new FusedEncoder(network, trial.Halves);
        if (IsWon("image encoder", network, fused, side, trial))
            return fused;
        fused.Dispose();
        return null;
    }

    // A network of its own, always the same: a ViT takes images of one size alone, and seconds for a large one.
    private static bool IsVitWon(Trial trial)
    {
        const int side = 256;
        var config = SegSamConfig.For(SegSamEncoder.Tiny, side) with
        {
            EncoderWidth = 384, EncoderHeads = 6, EncoderDepth = 2, GlobalBlocks = [1], WindowSize = 14, CategoryCount = 1,
        };
        using var network = new SegSamNetwork(config).Initialize(1);
        network.eval();
        using var fused = new FusedEncoder(network, trial.Halves);
        using var casts = trial.Halves ? MixedPrecision.CacheCasts(network.ImageEncoder) : null; // as a model's
        using var precision = MixedPrecision.Use(trial.Halves);
        return IsWon("image encoder (ViT)", network, fused, side, trial);
    }

    private static bool IsWon(string part, SegSamNetwork network, FusedEncoder fused, int side, Trial trial)
    {
        using var generator = new Generator(1, CPU);
        var image = randn([1, 3, side, side], generator: generator);
        Tensor Layers() => network.Encode(image).flatten();
        Tensor Form() => tensor(fused.Encode(image));
        return trial.IsWon(part, Layers, Form, () => Gain(Layers, Form));
    }

    private static FusedDecoders? DecodersOf(SegSamNetwork network, Trial trial)
    {
        var fused = new FusedDecoders(network, trial.Halves);
        var (layers, form) = Forms(fused);
        if (trial.IsWon("decoders", layers, form, () => GainOfDecoders(trial.Halves)))
        {
            fused.AreUsed = true;
            return fused;
        }

        fused.Dispose();
        return null;
    }

    private static (Func<Tensor> Layers, Func<Tensor> Fused) Forms(FusedDecoders decoders)
    {
        var example = decoders.Example();
        return (() => Run(false), () => Run(true));

        Tensor Run(bool areUsed)
        {
            decoders.AreUsed = areUsed;
            return decoders.Run(example);
        }
    }

    // Of decoders whose sizes are always the same: for tiny ones, the times are too short to tell.
    private static double GainOfDecoders(bool halves)
    {
        var config = SegSamConfig.For(SegSamEncoder.Tiny, inputSize: 256) with { EncoderDepth = 1, GlobalBlocks = [], CategoryCount = 1 };
        using var network = new SegSamNetwork(config).Initialize(1);
        network.eval();
        using var fused = new FusedDecoders(network, halves);
        var (layers, form) = Forms(fused);
        return Gain(layers, form);
    }

    // The best of a few, in turns.
    private static double Gain(Func<Tensor> layers, Func<Tensor> fused)
    {
        double ofLayers = double.MaxValue, ofFused = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            ofLayers = Math.Min(ofLayers, Seconds(layers));
            ofFused = Math.Min(ofFused, Seconds(fused));
        }

        return ofLayers / ofFused;
    }

    private static double Seconds(Func<Tensor> compute)
    {
        var clock = Stopwatch.StartNew();
        compute();
        return clock.Elapsed.TotalSeconds;
    }

    private sealed record Trial(bool Halves, bool IsForced, IChannel? Channel)
    {
        /// <summary>Compares a part's two forms on noise: the results for each network, the times once for all.</summary>
        /// <param name="measure">How many times as fast the fused form is.</param>
        public bool IsWon(string part, Func<Tensor> layers, Func<Tensor> fused, Func<double> measure)
        {
            var expected = layers();
            var difference = fused().Minus(expected).norm().item<float>() / expected.norm().item<float>();
            var gain = Gains.GetOrAdd((part, Halves), _ => measure());
            var isUsed = difference <= (Halves ? HalvesAgree : SinglesAgree) && (IsForced || gain > SlowestGain); // false for NaN
            var times = string.Create(CultureInfo.InvariantCulture, $"took {1 / gain:0.00} of the time of libtorch's layers");
            var results = string.Create(CultureInfo.InvariantCulture, $"differed by {difference:0.0000000} of the result");
            Channel?.Info(MessageSensitivity.None,
                $"In a trial, the {part} in the fused form, in {(Halves ? "bfloat16" : "float32")}, {times} and {results}: "
                + $"{(isUsed ? "the fused form is used" : "libtorch's layers are used")}. {Variable}=on or off overrides this.");
            return isUsed;
        }
    }
}

/// <summary>The parts of a network that are computed in their fused form; null: by libtorch's layers.</summary>
internal sealed record FusedForms(FusedEncoder? Encoder, FusedDecoders? Decoders) : IDisposable
{
    public void Dispose()
    {
        Encoder?.Dispose();
        Decoders?.Dispose();
    }
}
