using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>
/// Small matrix products on the calling thread: oneDNN's micro kernels, which libtorch exports. One call makes no tensor, allocates nothing
/// and wakes no other thread.
/// </summary>
/// <remarks>
/// <para>
/// They are functions inside libtorch under C++ names, found in the one that is loaded. A function may be missing or wrong on another
/// libtorch or processor, so nothing is computed with them before a trial has compared products of many shapes with exact numbers.
/// </para>
/// <para>
/// The first product of a shape on a thread compiles code for it, which takes milliseconds: use few shapes, and
/// <see cref="WorkerThreads"/>. Pairs of bfloat16 numbers on a processor without them throw a C++ exception, which ends the process: the
/// trial asks first.
/// </para>
/// </remarks>
internal static unsafe class MicroKernels
{
    private const string Library = "libtorch_cpu.so";
    private const string SingleName = "_ZN2at6native7cpublas6brgemmEllllllbPKfS3_Pfb";
    private const string HalfName = "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb";
    private const string CouldPackName = "_ZN2at6native7cpublas10could_packEN3c1010ScalarTypeE";
    private const string ReleaseName = "_ZN2at6native7cpublas14brgemm_releaseEb";
    private const sbyte BFloat16Type = 15; // c10::ScalarType::BFloat16

    // M, N, K, strides of A, B and C, whether C is added to, A, B, C, whether B is in pairs.
    private static delegate* unmanaged<long, long, long, long, long, long, byte, float*, float*, float*, byte, void> _single;
    private static delegate* unmanaged<long, long, long, long, long, long, byte, ushort*, ushort*, float*, byte, void> _half;
    private static delegate* unmanaged<byte, void> _release;

    private static readonly Lazy<string?> Missing = new(Find);
    private static readonly Lazy<string?> SinglesWrong = new(() => Missing.Value ?? ProductTrial.Run<float, Singles>());
    private static readonly Lazy<string?> HalvesWrong = new(() => Missing.Value ?? (Processor.HasBFloat16 && _half is not null
        ? ProductTrial.Run<ushort, Halves>() : "this processor has no instructions for bfloat16"));

    private static readonly Lazy<double> Gain =
        new(() => SinglesWrong.Value is null && HalvesWrong.Value is null ? ProductTrial.GainOfHalves() : 0);

    /// <summary>Why float32 products cannot be computed here; null: they can. libtorch must be loaded.</summary>
    public static string? WhyNotSingles => SinglesWrong.Value;

    /// <summary>Why bfloat16 products cannot be computed here; null: they can. libtorch must be loaded.</summary>
    public static string? WhyNotHalves => HalvesWrong.Value;

    /// <summary>How many times as fast bfloat16 products are as float32 products; 0 without them. libtorch must be loaded.</summary>
    public static double GainOfHalves => Gain.Value;

    /// <summary>C = A·B, or C + A·B; all row by row, strides in numbers.</summary>
    /// <param name="m">Rows of A [m,k] and C [m,n].</param>
    /// <param name="n">Columns of B [k,n] and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="adds">Whether the products are added to C.</param>
    public static void Multiply(int m, int n, int k, float* a, int strideA, float* b, int strideB, float* c, int strideC, bool adds) =>
        _single(m, n, k, strideA, strideB, strideC, adds ? (byte)1 : (byte)0, a, b, c, 0);

    /// <summary>The same of bfloat16 numbers; k is even, and two rows of B are interleaved: [k/2,strideB,2].</summary>
    public static void Multiply(int m, int n, int k, ushort* a, int strideA, ushort* b, int strideB, float* c, int strideC, bool adds) =>
        _half(m, n, k, strideA, strideB, strideC, adds ? (byte)1 : (byte)0, a, b, c, 1);

    /// <summary>Gives back what the last products set up in the processor (AMX's tiles); for the end of a thread's work.</summary>
    public static void Release()
    {
        if (_release is not null)
            _release(1);
    }

    // Without AMX libtorch says that it would not pack, but its kernels take pairs from AVX-512 on, unless a variable hides that.
    private static bool LimitsInstructions =>
        ((string[])["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"]).Any(name => Environment.GetEnvironmentVariable(name) is not null);

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return "they are tried on x64 Linux alone";
        if (!Processor.HasVectors)
            return "this processor has no AVX2";
        if (!NativeLibrary.TryLoad(Library, out var library)) // the one that is loaded, by its name
            return $"{Library} is not loaded";
        if (!NativeLibrary.TryGetExport(library, SingleName, out var single)
            || !NativeLibrary.TryGetExport(library, ReleaseName, out var release))
        {
            return "this libtorch does not have them";
        }

        _single = (delegate* unmanaged<long, long, long, long, long, long, byte, float*, float*, float*, byte, void>)single;
        _release = (delegate* unmanaged<byte, void>)release;
        if (NativeLibrary.TryGetExport(library, HalfName, out var half)
            && NativeLibrary.TryGetExport(library, CouldPackName, out var couldPack)
            && (((delegate* unmanaged<sbyte, byte>)couldPack)(BFloat16Type) != 0 || !LimitsInstructions))
        {
            _half = (delegate* unmanaged<long, long, long, long, long, long, byte, ushort*, ushort*, float*, byte, void>)half;
        }

        return null;
    }
}
