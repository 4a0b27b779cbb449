using System.Diagnostics;
using System.Text;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>Feeds inputs to one reader; counts what comes of them, and how long and how much memory the worst took.</summary>
internal sealed class FuzzReport(string reader, params string[] alsoAllowed)
{
    private const int MostMilliseconds = 2000;
    private const long MostAllocated = 512L << 20;  // by one input, managed, freed or not
    private const long MostGrowth = 1L << 30;       // of the process, with native memory, over all inputs
    private readonly long _peakBefore = Peak();
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _wrong = [];
    private int _count;
    private double _slowest;
    private long _largest;

    public void Try(byte[] input, Action<byte[]> read)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var begin = Environment.CpuUsage.TotalTime; // not the wall's: other programs may have the cores
        var (outcome, detail) = ("read", "");
        // Nothing can stop a thread that loops: a minute, then the process goes, with the input as its last words.
        void GiveUp(object? state) => Environment.FailFast($"{reader} input {_count} does not end: {Text(input)}");
        using (new Timer(GiveUp, null, MostMilliseconds * 30, Timeout.Infinite))
        {
            try
            {
                read(input);
            }
            catch (Exception failure) // whatever it is, it is counted
            {
                (outcome, detail) = (failure.GetType().Name, failure.ToString());
            }
        }

        var milliseconds = (Environment.CpuUsage.TotalTime - begin).TotalMilliseconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        (_slowest, _largest) = (Math.Max(_slowest, milliseconds), Math.Max(_largest, allocated));
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
        var isFine = outcome is "read" or nameof(InvalidDataException) || alsoAllowed.Contains(outcome);
        if (!isFine || milliseconds > MostMilliseconds || allocated > MostAllocated)
            _wrong.Add($"{reader} input {_count}: {outcome} after {milliseconds:0} ms and {allocated >> 20} MB\n{detail}\n{Text(input)}");
        _count++;
    }

    /// <summary>Prints one line of counts; fails where anything but the allowed happened.</summary>
    public void Finish(TestContext context)
    {
        var line = new StringBuilder($"{reader}: {_count} inputs");
        foreach (var (outcome, count) in _outcomes)
            line.Append($", {outcome} {count}");
        var growth = Peak() - _peakBefore;
        context.WriteLine(
            $"{line}; slowest {_slowest:0} ms, "
            + $"most allocated {_largest / 1048576.0:0.0} MB, process grown by {growth >> 20} MB");
        Assert.IsEmpty(_wrong, $"{_wrong.Count} of {_count} inputs:\n" + string.Join("\n\n", _wrong.Take(5)));
        Assert.IsLessThan(MostGrowth, growth);
        Assert.IsGreaterThan(1, _outcomes.Count, "Some are read, some refused; else the mutations are too mild or too wild.");
    }

    private static string Text(byte[] input) => Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 2000)));

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
