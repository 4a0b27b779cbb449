namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>What the command line asks for.</summary>
/// <param name="Only">Beginnings of the names of the parts to measure again; empty for all.</param>
internal sealed record PerformanceOptions(bool IsQuick, IReadOnlyList<string> Only, string Out)
{
    public const string Usage = "performance [--quick] [--only NAME,...] [--out docs]";

    /// <summary>null where the arguments are not understood.</summary>
    public static PerformanceOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new PerformanceOptions(false, [], "docs");
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { IsQuick = true };
                    break;
                case "--only" when i + 1 < arguments.Count:
                    options = options with { Only = arguments[++i].Split(',', StringSplitOptions.RemoveEmptyEntries) };
                    break;
                case "--out" when i + 1 < arguments.Count:
                    options = options with { Out = arguments[++i] };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    public bool Wants(string part) => Only.Count == 0 || Only.Any(name => part.StartsWith(name, StringComparison.Ordinal));
}
