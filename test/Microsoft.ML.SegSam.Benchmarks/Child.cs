using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks;

/// <summary>This program again, in a fresh process that measures one thing.</summary>
internal static class Child
{
    public const string Measure = "measure";

    /// <summary>The figures that the child printed, by name.</summary>
    public static Dictionary<string, double> Run(string what, string path)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(Child).Assembly.Location, Measure, what, path])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"Measuring {what} failed, code {process.ExitCode}.");
    }

    /// <summary>What a child says: a figure by name.</summary>
    public static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.000}"));
}
