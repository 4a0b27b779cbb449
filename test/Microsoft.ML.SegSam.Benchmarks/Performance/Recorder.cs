namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Takes down what a part measures.</summary>
/// <param name="isQuick">Whether the harness is tried out: fewer repetitions of smaller work.</param>
internal sealed class Recorder(bool isQuick)
{
    private readonly List<Figure> _figures = [];
    private readonly List<string> _notes = [];

    public bool IsQuick => isQuick;

    public IReadOnlyList<Figure> Figures => _figures;

    public IReadOnlyList<string> Notes => _notes;

    public void Add(string key, string label, string unit, params double[] values)
    {
        var figure = new Figure(key, label, unit, values);
        _figures.Add(figure);
        Say($"{label}: {figure.Text}");
    }

    /// <summary>How many times longer (or larger) one side is than the other, measured in turns.</summary>
    public void AddRatio(string key, string label, double[] over, double[] under, string unit = "times") =>
        Add(key, label, unit, Statistics.Ratio(over, under));

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
