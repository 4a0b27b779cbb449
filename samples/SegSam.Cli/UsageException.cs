namespace SegSam.Cli;

/// <summary>The command as given makes no sense; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
