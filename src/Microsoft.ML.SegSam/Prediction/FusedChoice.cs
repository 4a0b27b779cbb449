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
    private const double SinglesAgree = 1e-3, HalvesAgree = 0.05; // the norm of the difference, by that of the layers' result

    /// <summary>The fused forms that exist and compute what the layers compute. The log says why.</summary>
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
        var trial = new Trial(halves, channel);
        return new(FusedEncoder.Exists(network.Config) ? EncoderOf(network, trial, forced is true) : null, DecodersOf(network, trial));
    }

    private static FusedEncoder? EncoderOf(SegSamNetwork network, Trial trial, bool isForced)
    {
        if (network.Config.Kind == EncoderKind.Vit) // in float32 it gains a tenth, and holds all weights twice
            return (trial.Halves || isForced) && DoesVitAgree(network.Config.Adapter, trial) ? new(network, trial.Halves) : null;
        const int side = 64;
        var fused = new FusedEncoder(network, trial.Halves);
        if (DoesAgree("image encoder", network, fused, side, trial))
            return fused;
        fused.Dispose();
        return null;
    }

    // A small network of its own: a ViT takes images of one size alone, and seconds for a large one.
    private static bool DoesVitAgree(SegSamAdapter adapter, Trial trial)
    {
        const int side = 256;
        var config = SegSamConfig.For(SegSamEncoder.Tiny, side) with
        {
            EncoderWidth = 384, EncoderHeads = 6, EncoderDepth = 2, GlobalBlocks = [1], WindowSize = 14, CategoryCount = 1,
            Adapter = adapter,
        };
        using var network = new SegSamNetwork(config).Initialize(1);
        network.eval();
        using var fused = new FusedEncoder(network, trial.Halves);
        using var precision = MixedPrecision.Use(trial.Halves);
        return DoesAgree("image encoder (ViT)", network, fused, side, trial);
    }

    private static bool DoesAgree(string part, SegSamNetwork network, FusedEncoder fused, int side, Trial trial)
    {
        using var generator = new Generator(1, CPU);
        var image = randn([1, 3, side, side], generator: generator);
        return trial.DoesAgree(part, network.Encode(image).flatten(), tensor(fused.Encode(image)));
    }

    private static FusedDecoders? DecodersOf(SegSamNetwork network, Trial trial)
    {
        var fused = new FusedDecoders(network, trial.Halves);
        var example = fused.Example();
        var layers = fused.Run(example);
        fused.AreUsed = true;
        if (trial.DoesAgree("decoders", layers, fused.Run(example)))
            return fused;
        fused.Dispose();
        return null;
    }

    private sealed record Trial(bool Halves, IChannel? Channel)
    {
        /// <summary>Compares the results of a part's two forms for noise.</summary>
        public bool DoesAgree(string part, Tensor layers, Tensor fused)
        {
            var difference = fused.Minus(layers).norm().item<float>() / layers.norm().item<float>();
            var agrees = difference <= (Halves ? HalvesAgree : SinglesAgree); // false for NaN
            Channel?.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
                $"In a trial, the {part} in the fused form, in {(Halves ? "bfloat16" : "float32")}, differed by {difference:0.0000000} of ")
                + $"the result of libtorch's layers: {(agrees ? "the fused form is used" : "libtorch's layers are used")}. "
                + $"{Variable}=off overrides this.");
            return agrees;
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
