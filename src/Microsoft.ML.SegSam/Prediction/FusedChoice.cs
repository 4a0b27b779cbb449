using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Decides, on this machine, whether an encoder is computed in its fused form or by libtorch's layers.</summary>
internal static class FusedChoice
{
    private const string Switch = "Microsoft.ML.SegSam.Fused", Variable = "SEGSAM_FUSED"; // either forces the choice

    private const double WorthwhileGain = 1.3;      // of bfloat16
    private const double SinglesAgree = 1e-3, HalvesAgree = 0.05; // the norm of the difference, by that of the embedding

    // How many times as fast the fused form was; by the encoder's kind, whose weights do not matter, and the type of products.
    private static readonly ConcurrentDictionary<(string Encoder, bool Halves), double> Gains = [];

    /// <summary>The fused form, if it exists, computes what the layers compute, and is faster or asked for. The log says why.</summary>
    /// <param name="network">In evaluation mode; its encoder's weights must not change any more.</param>
    public static FusedEncoder? Create(SegSamNetwork network, SegSamPrecision precision, TorchDevice device, IChannel? channel) =>
        Create(network, precision, device, channel, Environment.GetEnvironmentVariable(Variable),
            AppContext.TryGetSwitch(Switch, out var isOn) ? isOn : null);

    /// <inheritdoc cref="Create(SegSamNetwork, SegSamPrecision, TorchDevice, IChannel?)"/>
    /// <param name="variable">The environment variable's value: on, off, or null, which leaves it to the switch.</param>
    /// <param name="isOn">The switch; null: not set, the trial decides.</param>
    internal static FusedEncoder? Create(
        SegSamNetwork network, SegSamPrecision precision, TorchDevice device, IChannel? channel, string? variable, bool? isOn)
    {
        if (device.Device.type != TorchSharp.DeviceType.CPU || !FusedEncoder.Exists(network.Config))
            return null;
        var forced = variable switch { "on" => true, "off" => false, _ => isOn };
        if (variable is not (null or "" or "on" or "off"))
        {
            channel?.Warning(MessageSensitivity.None,
                $"The environment variable {Variable} is '{variable}', which has no effect; set it to on or off, or not at all.");
        }

        var halves = precision == SegSamPrecision.BFloat16
            || precision == SegSamPrecision.Automatic && MicroKernels.GainOfHalves >= WorthwhileGain;
        var missing = forced is false ? $"{Variable}=off or the switch {Switch} asks for it"
            : halves ? MicroKernels.WhyNotHalves : MicroKernels.WhyNotSingles;
        if (missing is not null)
        {
            channel?.Info(MessageSensitivity.None, $"The image encoder is computed by libtorch's layers: {missing}.");
            return null;
        }

        var fused = new FusedEncoder(network, halves);
        var (difference, gain) = Try(network, fused, halves);
        var isUsed = difference <= (halves ? HalvesAgree : SinglesAgree) && (forced is true || gain > 1); // false for NaN
        channel?.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"In a trial, the image encoder's fused form in {(halves ? Halves.Name : Singles.Name)} took {1 / gain:0.00} of the time ")
            + string.Create(CultureInfo.InvariantCulture, $"of libtorch's layers, and its embedding differed by {difference:0.0000000} ")
            + $"of its size: {(isUsed ? "the fused form is used" : "libtorch's layers are used")}. {Variable}=on or off overrides this.");
        if (isUsed)
            return fused;
        fused.Dispose();
        return null;
    }

    // On a small image of noise: the difference for each network, the times once for each kind.
    private static (double Difference, double Gain) Try(SegSamNetwork network, FusedEncoder fused, bool halves)
    {
        const int side = 128;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var precision = MixedPrecision.Use(false);
        using var generator = new Generator(1, CPU);
        var image = randn([1, 3, side, side], generator: generator);
        var expected = network.Encode(image).flatten();
        var difference = tensor(fused.Encode(image)).Minus(expected).norm().item<float>() / expected.norm().item<float>();
        var gain = Gains.GetOrAdd((string.Join(' ', network.Config.Stages!), halves), _ =>
            Seconds(() => network.Encode(image)) / Seconds(() => fused.Encode(image)));
        return (difference, gain);
    }

    // The best of a few.
    private static double Seconds(Action encode)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var clock = Stopwatch.StartNew();
            encode();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return best;
    }
}
