using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>A row cannot be used.</summary>
/// <param name="reason">The kind of problem, for counting.</param>
/// <param name="message">The problem with file and line.</param>
internal sealed class BadRowException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason => reason;
}

/// <summary>What commands do with rows that were left out.</summary>
internal static class LeftOutRows
{
    /// <exception cref="InvalidDataException">Strict; the message is the row's.</exception>
    public static void Add(this LeftOut leftOut, BadRowException wrong) => leftOut.Add(wrong.Reason, wrong.Message);

    /// <summary>How many were left out.</summary>
    public static int Total(this LeftOut leftOut) => leftOut.Items.Sum(item => item.Count);

    /// <summary>One line for each reason, of doubts too.</summary>
    public static void Tell(this LeftOut leftOut, Action<string> note)
    {
        foreach (var line in leftOut.Lines)
            note(line);
    }

    /// <exception cref="InvalidDataException">Every row was left out.</exception>
    public static void ThrowIfNoneIsLeft(this LeftOut leftOut, string table, int rows)
    {
        if (rows == 0 && leftOut.Total() > 0)
            throw leftOut.Total() == 1 ? new InvalidDataException(leftOut.Items[0].First) : leftOut.Nothing(table);
    }
}
