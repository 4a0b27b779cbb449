using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>
/// Environment variables that libtorch and its OpenMP read when they load. Values that the user has set are kept. They matter on Linux
/// only.
/// </summary>
/// <remarks>
/// Waiting: libgomp spins at the end of every parallel loop. On a machine whose cores are busy with something else, each spin steals the
/// time slice of the thread that it waits for, and a network runs several times slower. Sleeping costs little on a quiet machine. Memory:
/// tensors of 2 MiB and more use huge pages, because loading weights spends most of its time on getting memory page by page.
/// </remarks>
internal static partial class TorchEnvironment
{
    /// <summary>Sets the variables. Must run before libtorch loads.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            return;
        if (IsFree("GOMP_SPINCOUNT"))
            SetUnlessSet("OMP_WAIT_POLICY", "PASSIVE");
        SetUnlessSet("THP_MEM_ALLOC_ENABLE", "1");
    }

    private static bool IsFree(string name) => Environment.GetEnvironmentVariable(name) is null;

    // Environment.SetEnvironmentVariable does not reach native libraries.
    private static void SetUnlessSet(string name, string value) => _ = SetEnv(name, value, 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
