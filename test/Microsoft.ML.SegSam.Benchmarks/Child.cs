using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>This program again, in a fresh process that measures one thing.</summary>
internal static class Child
{
    public const string Measure = "measure";

    /// <summary>The figures that the child printed, by name.</summary>
    public static Dictionary<string, double> Run(string what, string path) => Run(Measure, what, path);

    /// <summary>Likewise, of another command.</summary>
    public static Dictionary<string, double> Run(string command, string what, string argument)
    {
        using var process = Start(readsOutput: true, command, what, argument);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('='))
                .ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"Measuring {what} failed, code {process.ExitCode}.");
    }

    public static Process Start(bool readsOutput, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(Child).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = readsOutput,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    /// <summary>What a child says: a figure by name.</summary>
    public static void Print(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.000000}"));
}
