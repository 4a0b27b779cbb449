using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>What Linux tells of this process's memory, in MB of a million bytes; NaN on other systems.</summary>
internal static class ProcessMemory
{
    /// <summary>The most that was in memory at once (VmHWM).</summary>
    public static double Peak => Read("VmHWM");

    /// <summary>What belongs to the process alone (RssAnon).</summary>
    public static double Private => Read("RssAnon");

    private static double Read(string name) =>
        (OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/status") : [])
            .Select(line => line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[0] == name).Select(words => long.Parse(words[1], CultureInfo.InvariantCulture) * 1024 / 1e6)
            .DefaultIfEmpty(double.NaN).First();
}
