using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>The device that a model runs on. The current MLContext chooses it; it is never stored with a model.</summary>
internal sealed record TorchDevice(Device Device)
{
    private static readonly Lazy<double> Gain = new(MeasureGain);

    /// <summary>For display: "CPU (2 threads)" or "CUDA:0".</summary>
    public override string ToString() => Device.type != TorchSharp.DeviceType.CPU ? $"CUDA:{Math.Max(0, Device.index)}"
        : get_num_threads() is var count && count == 1 ? "CPU (1 thread)" : $"CPU ({count} threads)";

    /// <summary>Whether the device has instructions for bfloat16: a GPU, and CPUs with AVX-512 BF16 or AMX.</summary>
    public bool HasBFloat16 => Device.type != TorchSharp.DeviceType.CPU || Processor.HasBFloat16;

    /// <summary>How many times faster matrix products are in bfloat16 than in float32 on this CPU; measured once per process.</summary>
    public static double GainOfBFloat16 => Gain.Value;

    /// <summary>The GPU that <see cref="MLContext.GpuDeviceId"/> names, else the CPU.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no such GPU and <see cref="MLContext.FallbackToCpu"/> is false, or libtorch does not load.
    /// </exception>
    public static TorchDevice Choose(IHostEnvironment environment)
    {
        TorchNatives.EnsureLoaded();
        if (environment is not IHostEnvironmentInternal { GpuDeviceId: { } id } settings)
            return new(CPU);
        var count = cuda.is_available() ? cuda.device_count() : 0;
        if (id >= 0 && id < count)
            return new(device($"cuda:{id}"));
        if (settings.FallbackToCpu)
            return new(CPU);
        throw new InvalidOperationException(
            FormattableString.Invariant($"MLContext.GpuDeviceId is {id}, but {count} CUDA devices are usable. ")
            + "Build with TorchBackend=cuda-linux on a machine with an NVIDIA driver, use the index of a usable device (they count from "
            + "0), set GpuDeviceId to null for the CPU, or set FallbackToCpu to true.");
    }

    // Times a product of ViT-B's width with the tokens of an input of 256: the best of a few alternating tries for each type.
    private static double MeasureGain()
    {
        const int tokens = 256, width = 768, tries = 5;
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        ScalarType[] types = [ScalarType.Float32, ScalarType.BFloat16];
        var operands = types.Select(type => (Tokens: ones([tokens, width], type), Weight: ones([width, width], type))).ToArray();
        var best = new[] { double.MaxValue, double.MaxValue };
        for (var i = 0; i < 2 * (tries + 1); i++)
        {
            var clock = Stopwatch.StartNew();
            nn.functional.linear(operands[i % 2].Tokens, operands[i % 2].Weight);
            if (i >= 2)                                         // the first try of each type only warms up
                best[i % 2] = Math.Min(best[i % 2], clock.Elapsed.TotalSeconds);
        }

        return best[0] / best[1];
    }
}
