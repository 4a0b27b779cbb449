using System.Diagnostics;

namespace Med2D;

/// <summary>Results go to standard output; messages and progress to standard error.</summary>
internal sealed class Messages(TextWriter output, TextWriter error)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private readonly bool _isTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private int _width;

    public void Result(string line) => output.WriteLine(line);

    public void Note(string line)
    {
        EndProgress();
        error.WriteLine(line);
    }

    /// <summary>Starts progress over a number of items.</summary>
    /// <returns>A function that takes the number of finished items: it shows them with the time left, in place on a terminal, and
    /// otherwise as a line from time to time.</returns>
    public Action<int> Progress(string what, int total)
    {
        var (clock, last) = (Stopwatch.StartNew(), TimeSpan.Zero);
        return done =>
        {
            var (elapsed, isLast) = (clock.Elapsed, done == total);
            if (!isLast && elapsed - last < (_isTerminal ? TimeSpan.FromSeconds(0.2) : BetweenLines))
                return;
            last = elapsed;
            Show(FormattableString.Invariant($"{what}: {done} of {total}")
                + (isLast || done == 0 ? $", {Text(elapsed)}" : $", {Text(elapsed / done * (total - done))} left"));
            if (isLast)
                EndProgress();
        };
    }

    /// <summary>Shows one line of progress, which the next one replaces on a terminal.</summary>
    public void Show(string line)
    {
        if (!_isTerminal)
        {
            error.WriteLine(line);
            return;
        }

        error.Write("\r" + line.PadRight(_width));
        _width = line.Length;
    }

    public static string Text(TimeSpan time) => time.TotalSeconds < 60 ? FormattableString.Invariant($"{time.TotalSeconds:0} s")
        : time.TotalMinutes < 60 ? FormattableString.Invariant($"{time.Minutes} min {time.Seconds} s")
        : FormattableString.Invariant($"{(int)time.TotalHours} h {time.Minutes} min");

    private void EndProgress()
    {
        if (_width > 0)
            error.WriteLine();
        _width = 0;
    }
}
