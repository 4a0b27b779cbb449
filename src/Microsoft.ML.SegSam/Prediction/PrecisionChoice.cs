using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Decides, on this machine, whether the encoder computes its products in bfloat16.</summary>
internal static class PrecisionChoice
{
    private const double WorthwhileGain = 1.3;
    private const int WorthwhileWidth = 256; // of a ViT: narrower layers lose by conversion what they gain
    private const int WorthwhileInput = 128; // of a ResNet: training was 1.2 times as fast there, 1.5 times at 256
    private const int WorthwhileTinyVit = 256; // the input of a TinyViT, in the fused form

    /// <summary>
    /// Whether products are computed in bfloat16. The log receives the result of a trial, and a warning if a requested format is
    /// unavailable or convolutions need a way round.
    /// </summary>
    public static bool UsesBFloat16(SegSamPrecision precision, SegSamConfig config, TorchDevice device, IChannel channel)
    {
        SignalStack.Enlarge(); // for the trials, and what this thread will compute
        if (device.Device.type == TorchSharp.DeviceType.CPU && !ConvolutionTrial.IsRight)
        {
            channel.Info(MessageSensitivity.None, "On this processor, libtorch's convolutions are wrong where channels do not fill vectors "
                + $"of {ConvolutionTrial.Vector}: those are computed as matrix products.");
        }

        if (precision == SegSamPrecision.BFloat16 && !device.HasBFloat16)
        {
            channel.Warning(MessageSensitivity.None,
                $"{nameof(SegSamOptions.Precision)} is BFloat16, but this processor has no instructions for it: float32 is used.");
        }

        if (precision == SegSamPrecision.Float32 || !device.HasBFloat16)
            return false;
        if (precision == SegSamPrecision.BFloat16)
            return true;
        if (!MayGain(config, device))
            return false;
        var usesBFloat16 = Gains(config, device);
        channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"On this processor bfloat16 products are {TorchDevice.GainOfBFloat16:0.0} times as fast as float32 products: ")
            + $"{(usesBFloat16 ? "bfloat16" : "float32")} is used; "
            + $"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Precision)} overrides this.");
        return usesBFloat16;
    }

    /// <summary>Whether <see cref="SegSamPrecision.Automatic"/> chooses bfloat16.</summary>
    public static bool Gains(SegSamConfig config, TorchDevice device) =>
        MayGain(config, device) && TorchDevice.GainOfBFloat16 >= WorthwhileGain;

    /// <summary>
    /// Whether predictions of fused forms may gain: of all networks that gain in training, and of a TinyViT where it takes long. Small
    /// networks are fast as they are, and keep their float32 answers.
    /// </summary>
    public static bool MayGainFused(SegSamConfig config, TorchDevice device) => MayGain(config, device)
        || device.Device.type == TorchSharp.DeviceType.CPU && device.HasBFloat16
            && config.Kind == EncoderKind.TinyVit && config.InputSize >= WorthwhileTinyVit;

    private static bool MayGain(SegSamConfig config, TorchDevice device) => device.Device.type == TorchSharp.DeviceType.CPU
        && device.HasBFloat16 && config.Kind switch
        {
            EncoderKind.Vit => config.EncoderWidth >= WorthwhileWidth,
            EncoderKind.ResNet => config.InputSize >= WorthwhileInput,
            _ => false,
        };
}
