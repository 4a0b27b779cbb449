using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>
/// What libtorch and its OpenMP find when they load: environment variables, and how the C library returns memory. Values that the user has
/// set are kept. They matter on Linux only.
/// </summary>
/// <remarks>
/// Waiting: libgomp spins at the end of every parallel loop. On a machine whose cores are busy with something else, each spin steals the
/// time slice of the thread that it waits for, and a network runs several times slower. Sleeping costs little on a quiet machine. Memory:
/// tensors of 2 MiB and more use huge pages, because loading weights spends most of its time on getting memory page by page. What tensors
/// free stays with the process for the next ones: glibc would return each large block to the system at once, and get it back, page by page
/// and filled with zeros, a moment later. Its own adaptation ends at 32 MB; a map of MobileSAM's encoder has 64 MB. Threads other than the
/// first get their memory in heaps of 64 MB, which glibc unmaps as soon as they are empty, unless it is told to keep as much: a training
/// step spent up to half of its time on getting them back.
/// </remarks>
internal static partial class TorchEnvironment
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3; // M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of malloc.h

    /// <summary>Sets them. Must run before libtorch loads.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            return;
        if (IsFree("GOMP_SPINCOUNT"))
            SetUnlessSet("OMP_WAIT_POLICY", "PASSIVE");
        SetUnlessSet("THP_MEM_ALLOC_ENABLE", "1");
        if (((string[])["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"]).All(IsFree))
            KeepMemory();
    }

    // Refused by C libraries other than glibc, which is no loss.
    private static void KeepMemory()
    {
        try
        {
            if (SetAllocation(MapThreshold, 1 << 30) == 0)
                _ = SetAllocation(MapThreshold, 32 << 20); // the most that glibc took before 2.35
            _ = SetAllocation(TrimThreshold, int.MaxValue);
            _ = SetAllocation(TopPad, 64 << 20); // a heap: none goes whose neighbor has less than that free
        }
        catch (EntryPointNotFoundException)
        {
            // there is no such function
        }
    }

    private static bool IsFree(string name) => Environment.GetEnvironmentVariable(name) is null;

    // Environment.SetEnvironmentVariable does not reach native libraries.
    private static void SetUnlessSet(string name, string value) => _ = SetEnv(name, value, 0);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocation(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
