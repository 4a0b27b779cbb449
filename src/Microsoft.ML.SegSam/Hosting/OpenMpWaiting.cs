using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Keeps libtorch's worker threads from spinning while they wait for each other.</summary>
/// <remarks>
/// libgomp spins at the end of every parallel loop. On a machine whose cores are busy with anything else, each spin steals the
/// time slice of the thread that it waits for, and a network runs 3 to 10 times slower. Sleeping costs little on a quiet machine.
/// </remarks>
internal static partial class OpenMpWaiting
{
    private static readonly string[] Settings = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"];

    /// <summary>Asks for sleeping waits unless the user has chosen; must run before libtorch loads, and only matters on Linux.</summary>
    public static void PreferSleep()
    {
        // Environment.SetEnvironmentVariable does not reach native libraries.
        if (OperatingSystem.IsLinux() && Settings.All(name => Environment.GetEnvironmentVariable(name) is null))
            _ = SetEnv(Settings[0], "PASSIVE", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
