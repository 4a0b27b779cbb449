using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Decides, for the machine at hand, whether the encoder computes its products in bfloat16.</summary>
internal static class PrecisionChoice
{
    private const double GainThatCounts = 1.3;
    private const int WidthThatGains = 256; // narrower layers lose by conversion what they gain

    /// <summary>Whether products are in bfloat16; the log tells what a trial found, and what cannot be had.</summary>
    public static bool IsLowered(SegSamPrecision precision, SegSamConfig config, TorchDevice device, IChannel channel)
    {
        if (precision == SegSamPrecision.BFloat16 && !device.HasBFloat16)
            channel.Warning(MessageSensitivity.None, $"{nameof(SegSamOptions.Precision)} is BFloat16, for which this processor has no instructions: float32 is used.");
        if (precision == SegSamPrecision.Float32 || !device.HasBFloat16)
            return false;
        if (precision == SegSamPrecision.BFloat16)
            return true;
        if (!MayGain(config, device))
            return false;
        var isLowered = Gains(config, device);
        channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"Products in bfloat16 are {TorchDevice.GainOfBFloat16:0.0} times as fast as in float32 on this processor: {(isLowered ? "bfloat16" : "float32")} is used; {nameof(SegSamOptions)}.{nameof(SegSamOptions.Precision)} overrides."));
        return isLowered;
    }

    /// <summary>What <see cref="SegSamPrecision.Automatic"/> chooses.</summary>
    public static bool Gains(SegSamConfig config, TorchDevice device) => MayGain(config, device) && TorchDevice.GainOfBFloat16 >= GainThatCounts;

    private static bool MayGain(SegSamConfig config, TorchDevice device) =>
        device.Device.type == TorchSharp.DeviceType.CPU && device.HasBFloat16 && config.EncoderWidth >= WidthThatGains && config.Stages is null;
}
