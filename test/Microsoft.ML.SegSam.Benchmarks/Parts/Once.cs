using System.Globalization;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>What is measured in a fresh process of its own, because of its memory or because its start counts.</summary>
internal static class Once
{
    public const string Command = "once";

    public static int Run(string what, string argument)
    {
        Action<string> measure = what switch
        {
            nameof(MemoryPart.PeakOfOurs) => MemoryPart.PeakOfOurs,
            nameof(MemoryPart.PeakOfPlain) => MemoryPart.PeakOfPlain,
            nameof(MemoryPart.AfterBurst) => MemoryPart.AfterBurst,
            nameof(GrowthPart.Size) => GrowthPart.Size,
            nameof(GrowthPart.Prompts) => GrowthPart.Prompts,
            nameof(GrowthPart.Categories) => GrowthPart.Categories,
            nameof(GrowthPart.Rows) => GrowthPart.Rows,
            nameof(StartPart.PredictByOnnxRuntime) => StartPart.PredictByOnnxRuntime,
            nameof(StartPart.Nothing) => StartPart.Nothing,
            nameof(ThreadPart.Busy) => ThreadPart.Busy,
            _ => throw new ArgumentException($"Unknown measurement '{what}'.", nameof(what)),
        };
        measure(argument);
        return 0;
    }

    public static int Number(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);
}
