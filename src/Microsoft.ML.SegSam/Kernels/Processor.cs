using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>What this machine's processor has.</summary>
internal static class Processor
{
    /// <summary>Whether it has vectors and fused sums of products, which kernels need to be worth their while.</summary>
    public static bool HasVectors => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>Whether it computes bfloat16: AVX-512 BF16 or AMX.</summary>
    public static bool HasBFloat16 { get; } = Avx512F.IsSupported && HasBFloat16Instructions();

    /// <summary>Whether it has AMX, whose tiles are among a thread's registers.</summary>
    public static bool HasTiles { get; } = X86Base.IsSupported && (X86Base.CpuId(7, 0).Edx >> 24 & 1) != 0;

    // .NET has no class for these: leaf 7 of CPUID, AVX512_BF16 in subleaf 1 EAX bit 5, AMX-BF16 in subleaf 0 EDX bit 22.
    private static bool HasBFloat16Instructions()
    {
        var (subleaves, _, _, features) = X86Base.CpuId(7, 0);
        return (features >> 22 & 1) != 0 || subleaves >= 1 && (X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0;
    }
}
