using System.Diagnostics;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Runs the dotnet command and waits for its end.</summary>
internal static class ChildProcess
{
    /// <summary>LoadProbe.dll of the configuration and platform that the tests were built for.</summary>
    public static string LoadProbe { get; } = Program("test", "LoadProbe");

    /// <summary>NotebookKernel.dll, likewise.</summary>
    public static string NotebookKernel { get; } = Program("test", "NotebookKernel");

    /// <summary>Ablation.dll, likewise.</summary>
    public static string Ablation { get; } = Program("samples", "Ablation");

    /// <summary>Med2D.dll, likewise.</summary>
    public static string Med2D { get; } = Program("samples", "Med2D");

    /// <summary>OnnxPredict.dll, likewise.</summary>
    public static string OnnxPredict { get; } = Program("samples", "OnnxPredict");

    /// <summary>SegSam.Cli.dll, likewise.</summary>
    public static string SegSamCli { get; } = Program("samples", "SegSam.Cli");

    /// <summary>Studio.dll, likewise.</summary>
    public static string Studio { get; } = Program("samples", "Studio");

    public static (int Code, string Output, string Error) Dotnet(params string[] arguments) => DotnetIn(SharedFolder.Repository, arguments);

    /// <summary>The same on a machine that is set to a language, such as de_DE.UTF-8.</summary>
    public static (int Code, string Output, string Error) DotnetUnder(string language, params string[] arguments) =>
        Finish(Start(SharedFolder.Repository, arguments, language: language));

    public static (int Code, string Output, string Error) DotnetIn(string folder, params string[] arguments) =>
        Finish(Start(folder, arguments));

    private static (int Code, string Output, string Error) Finish(Process started)
    {
        using var process = started;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), error.Result.Trim());
    }

    /// <summary>Runs the dotnet command and ends it at once, as a crash or a power cut does, after so much time.</summary>
    public static void KillDotnet(TimeSpan after, params string[] arguments)
    {
        using var process = Start(SharedFolder.Repository, arguments);
        var (error, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        process.WaitForExit(after);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Task.WaitAll(error, output);
    }

    /// <summary>The same, once a condition holds.</summary>
    public static void KillDotnet(Func<bool> when, params string[] arguments)
    {
        using var process = Start(SharedFolder.Repository, arguments);
        var (error, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(10)) && !when())
        {
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Task.WaitAll(error, output);
    }

    /// <summary>Runs the dotnet command and sends it what Ctrl-C sends, once a line of its messages holds a text.</summary>
    public static (int Code, string Output, string Error) InterruptDotnet(string at, params string[] arguments)
    {
        using var process = Start(SharedFolder.Repository, arguments, takesInterrupts: true);
        // It fails rather than hangs.
        using var limit = new Timer(
            _ => process.Kill(entireProcessTree: true), null, TimeSpan.FromMinutes(3), Timeout.InfiniteTimeSpan);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), new System.Text.StringBuilder());
        for (var sent = false; process.StandardError.ReadLine() is { } line; error.AppendLine(line))
        {
            if (sent || !line.Contains(at, StringComparison.Ordinal))
                continue;
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            sent = true;
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result.Trim(), error.ToString().Trim());
    }

    // A shell that runs the tests in the background has them, and so their children, ignore Ctrl-C.
    private static Process Start(string folder, string[] arguments, bool takesInterrupts = false, string? language = null)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var (program, all) = takesInterrupts && OperatingSystem.IsLinux()
            ? ("env", (string[])["--default-signal=INT", dotnet, .. arguments])
            : (dotnet, arguments);
        var start = new ProcessStartInfo(program, all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (language is not null)
            start.Environment["LC_ALL"] = language;
        start.Environment["OMP_NUM_THREADS"] = $"{TorchSharp.torch.get_num_threads()}"; // as in this process: sums then round alike
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // a build node would outlive the test
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    private static string Program(string folder, string name) => Path.Combine(SharedFolder.Repository, folder, name,
        Path.GetRelativePath(
            Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests"), AppContext.BaseDirectory),
        name + ".dll");
}
