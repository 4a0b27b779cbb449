namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>The page's first table: how long a piece of work takes here and elsewhere.</summary>
internal static class PeerTable
{
    private const string Library = "library/";

    /// <summary>The table's lines; none if nothing was measured.</summary>
    /// <param name="prefix">Of the keys.</param>
    public static IEnumerable<string> Rows(IEnumerable<PartResult> results, string prefix)
    {
        var figures = PerformancePage.Figures(results);
        var works = figures.Values.Where(figure => figure.Key.StartsWith(prefix + Library, StringComparison.Ordinal)).ToList();
        if (works.Count == 0)
            yield break;
        yield return "| work | this library | ONNX Runtime | | plain form | |";
        yield return "| --- | ---: | ---: | ---: | ---: | ---: |";
        foreach (var figure in works)
        {
            var key = figure.Key[(prefix + Library).Length..];
            yield return $"| {figure.Label} | {Median(figure.Key)} | {Beside("onnxruntime", key)} | {Beside("plain", key)} |";
        }

        string Beside(string peer, string key) =>
            $"{prefix}{peer}/{key}" is var at && figures.ContainsKey(at) ? $"{Median(at)} | {Median(at + "/ratio")}" : " | ";
        string Median(string key) => $"{Statistics.Short(figures[key].Median)} {(figures[key].Unit == "ms" ? "ms" : "×")}";
    }
}
