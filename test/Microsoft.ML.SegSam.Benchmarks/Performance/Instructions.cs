namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>The instructions of this machine that matter most to speed.</summary>
internal static class Instructions
{
    /// <summary>Before the keys of what is measured as on a processor without AMX.</summary>
    public const string WithoutAmx = "without-amx-";

    /// <summary>Whether the processor multiplies tiles of bfloat16 (AMX). Known on Linux only.</summary>
    public static bool HaveAmx => Flags.Contains("amx_bf16");

    /// <summary>The environment of a process whose libtorch uses no AMX.</summary>
    public static IReadOnlyDictionary<string, string> NoAmx { get; } =
        new Dictionary<string, string> { ["ONEDNN_MAX_CPU_ISA"] = "AVX512_CORE_BF16" };

    /// <summary>In words.</summary>
    public static string Text => HaveAmx ? "AVX-512 and AMX" : Flags.Contains("avx512_bf16") ? "AVX-512 with bfloat16, no AMX"
        : Flags.Contains("avx512f") ? "AVX-512, no AMX" : Flags.Contains("avx2") ? "AVX2, no AVX-512" : "neither AVX2 nor AVX-512";

    private static HashSet<string> Flags { get; } = OperatingSystem.IsLinux()
        ? [.. File.ReadLines("/proc/cpuinfo").Where(line => line.StartsWith("flags", StringComparison.Ordinal)).Take(1)
            .SelectMany(line => line.Split(' '))]
        : [];
}
