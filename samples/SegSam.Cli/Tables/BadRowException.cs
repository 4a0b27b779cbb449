namespace SegSam.Cli.Tables;

/// <summary>A row of a table that cannot be used.</summary>
/// <param name="reason">The kind of problem, for counting.</param>
/// <param name="message">The problem, with file and line.</param>
internal sealed class BadRowException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason => reason;
}
