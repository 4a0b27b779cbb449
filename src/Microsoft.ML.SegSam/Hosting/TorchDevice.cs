using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>The device that a model runs on, chosen by the MLContext at hand: it is never stored with a model.</summary>
internal sealed record TorchDevice(Device Device)
{
    /// <summary>As people read it: "CPU (2 threads)" or "CUDA:0".</summary>
    public override string ToString() =>
        Device.type == TorchSharp.DeviceType.CPU ? $"CPU ({get_num_threads()} threads)" : $"CUDA:{Math.Max(0, Device.index)}";

    /// <summary>Whether products in bfloat16 are faster than in float32: on a GPU, and on CPUs with AVX-512 BF16 or AMX.</summary>
    public bool HasBFloat16 => Device.type != TorchSharp.DeviceType.CPU || Avx512F.IsSupported && HasBFloat16Instructions();

    /// <summary>The GPU that <see cref="MLContext.GpuDeviceId"/> names, else the CPU.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU and <see cref="MLContext.FallbackToCpu"/> is off, or libtorch does not load.</exception>
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
            $"MLContext.GpuDeviceId is {id}, but {count} CUDA devices are usable. Build with TorchBackend=cuda-linux on a machine with an NVIDIA "
            + "driver, choose a device from 0, set GpuDeviceId to null for the CPU, or set FallbackToCpu to true.");
    }

    // .NET has no class for these: leaf 7 of CPUID, AVX512_BF16 in subleaf 1 EAX bit 5, AMX-BF16 in subleaf 0 EDX bit 22.
    private static bool HasBFloat16Instructions()
    {
        var (subleaves, _, _, features) = X86Base.CpuId(7, 0);
        return (features >> 22 & 1) != 0 || subleaves >= 1 && (X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0;
    }
}
