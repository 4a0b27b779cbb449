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

    /// <summary>Another program of .NET, until it ends.</summary>
    /// <param name="program">Its .dll.</param>
    public static void RunProgram(string program, params string[] arguments)
    {
        using var process = Start(Information(readsOutput: true, program, arguments));
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} failed, code {process.ExitCode}.");
    }

    public static Process Start(bool readsOutput, params string[] arguments) =>
        Start(Information(readsOutput, typeof(Child).Assembly.Location, arguments));

    /// <param name="variables">Of the child's environment.</param>
    public static Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = Information(readsOutput: false, typeof(Child).Assembly.Location, arguments);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Start(start);
    }

    private static ProcessStartInfo Information(bool readsOutput, string program, string[] arguments) =>
        new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = readsOutput,
        };

    private static Process Start(ProcessStartInfo start) =>
        Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");

    /// <summary>What a child says: a figure by name.</summary>
    public static void Print(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.000000}"));
}
