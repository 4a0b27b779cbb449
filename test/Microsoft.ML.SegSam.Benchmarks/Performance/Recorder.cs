namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Takes down what a part measures.</summary>
/// <param name="isQuick">Whether the harness is tried out: fewer repetitions of smaller work.</param>
/// <param name="prefix">Of all keys.</param>
internal sealed class Recorder(bool isQuick, string prefix = "")
{
    private readonly List<Figure> _figures = [];
    private readonly List<string> _notes = [];

    public bool IsQuick => isQuick;

    public IReadOnlyList<Figure> Figures => _figures;

    public IReadOnlyList<string> Notes => _notes;

    public void Add(string key, string label, string unit, params double[] values)
    {
        var figure = new Figure(prefix + key, label, unit, values);
        _figures.Add(figure);
        Say($"{label}: {figure.Text}");
    }

    /// <summary>How many times longer (or larger) one side is than the other, measured in turns.</summary>
    public void AddRatio(string key, string label, double[] over, double[] under, string unit = "times") =>
        Add(key, label, unit, Statistics.Ratio(over, under));

    /// <summary>
    /// What a piece of work takes, in milliseconds, here and elsewhere, and how many times faster it is here. The page's first table has
    /// a row for each.
    /// </summary>
    /// <param name="key">
    /// Of the work: keys become library/KEY, onnxruntime/KEY, onnxruntime/KEY/ratio, plain/KEY and plain/KEY/ratio.
    /// </param>
    /// <param name="ours">Seconds, in turns with the others.</param>
    public void AddPeers(string key, string label, double[] ours, double[]? onnx = null, double[]? plain = null)
    {
        Add($"library/{key}", label, "ms", InMilliseconds(ours));
        foreach (var (peer, words, times) in ((string, string, double[]?)[])
            [("onnxruntime", "ONNX Runtime", onnx), ("plain", "the plain form", plain)])
        {
            if (times is null)
                continue;
            Add($"{peer}/{key}", $"the same by {words}", "ms", InMilliseconds(times));
            AddRatio($"{peer}/{key}/ratio", $"times faster than {words}", times, ours);
        }

        static double[] InMilliseconds(double[] seconds) => [.. seconds.Select(time => 1000 * time)];
    }

    /// <summary>A sentence for the page.</summary>
    public void Note(string text)
    {
        _notes.Add(text);
        Say(text);
    }

    public static void Say(string text) => Console.WriteLine($"    {text}");

    /// <summary>Fails the part where two ways of computing the same thing do not agree.</summary>
    public void AddDifference(string key, string label, double difference, double allowed)
    {
        if (!(difference <= allowed))
        {
            throw new InvalidOperationException(
                $"{label}: {difference}, allowed {allowed}. What does not compute the same cannot be compared.");
        }
        Add(key, label, "", difference);
    }
}
