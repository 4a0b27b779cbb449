namespace SegSam.Cli;

/// <summary>The program's exit codes.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A file is missing, damaged or does not fit, or the work failed.</summary>
    public const int Failed = 1;

    /// <summary>An argument is unknown, missing, out of range or contradicts another.</summary>
    public const int WrongUsage = 2;

    /// <summary>Stopped by Ctrl-C; shells use 128 + SIGINT.</summary>
    public const int Canceled = 130;
}
