using System.Diagnostics;

namespace Microsoft.ML.SegSam.Tests;

/// <summary>Runs the dotnet command and waits for its end.</summary>
internal static class ChildProcess
{
    /// <summary>LoadProbe.dll of the configuration and platform that the tests were built for.</summary>
    public static string LoadProbe { get; } = Path.Combine(SharedFolder.Repository, "test", "LoadProbe",
        Path.GetRelativePath(Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests"), AppContext.BaseDirectory), "LoadProbe.dll");

    public static (int Code, string Output, string Error) Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = SharedFolder.Repository,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["OMP_NUM_THREADS"] = $"{TorchSharp.torch.get_num_threads()}"; // as in this process: sums then round alike
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // a build node would outlive the test
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), error.Result.Trim());
    }
}
