using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Plots of the figures growth/AXIS/time/N and growth/AXIS/memory/N.</summary>
internal static class GrowthPlots
{
    private static readonly (string Axis, string Title, string Label)[] Axes =
    [
        ("size", "Encoding one image with ViT-B", "side of the input, pixels"),
        ("prompts", "Prompts about one image in one call, at 256", "prompts"),
        ("categories", "Categories, one prompt at 256", "categories"),
        ("rows", "Rows, each with its own image, smallest network", "rows"),
    ];

    /// <summary>File name, title and content of each plot that has points.</summary>
    public static IEnumerable<(string File, string Title, string Svg)> Draw(IReadOnlyDictionary<string, Figure> figures)
    {
        foreach (var (axis, title, label) in Axes)
        {
            var (time, memory) = (Points(figures, $"growth/{axis}/time/"), Points(figures, $"growth/{axis}/memory/"));
            if (time.Count > 0 && memory.Count > 0)
            {
                yield return (
                    $"performance-{axis}.svg", title,
                    LogPlot.Draw(title, label, "times the first point", new("time", time), new("peak memory of the process", memory)));
            }
        }
    }

    private static List<(double X, double Y)> Points(IReadOnlyDictionary<string, Figure> figures, string prefix) =>
        [.. figures.Values.Where(figure => figure.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(figure => (double.Parse(figure.Key[prefix.Length..], CultureInfo.InvariantCulture), figure.Median))
            .OrderBy(point => point.Item1)];
}
