using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Environment variables that libtorch and its OpenMP read when they load; what the user has set stays. They matter on Linux alone.</summary>
/// <remarks>
/// Waiting: libgomp spins at the end of every parallel loop. On a machine whose cores are busy with anything else, each spin steals
/// the time slice of the thread that it waits for, and a network runs 3 to 10 times slower. Sleeping costs little on a quiet machine.
/// Memory: tensors of 2 MiB and more in huge pages, since most of the time of loading weights goes into getting memory page by page.
/// </remarks>
internal static partial class TorchEnvironment
{
    /// <summary>Must run before libtorch loads.</summary>
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
