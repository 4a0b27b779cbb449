using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

/// <summary>Five objects in three images of two cases, small enough to reckon by hand.</summary>
internal static class ProtocolExample
{
    public static readonly string[] Categories = ["kidney", "liver", "spleen"];

    public static PromptKindMetrics Tally(PromptKind kind = PromptKind.Box)
    {
        var tally = new PromptKindTally(kind, Categories, new SurfaceRuler(1, null));
        tally.Add("a", "case 1", "ct",
        [
            Object("kidney", truth: "##..", binary: "##..", semantic: "##..", [0.9f, 0.1f, 0], presence: [0.3f, 0.9f, 0]),
            Object("liver", truth: "..##", binary: "...#", semantic: "..##", [0.8f, 0.2f, 0], presence: [0.2f, 0.1f, 0]), // named wrong
        ]);
        tally.Add("b", "case 1", "ct",
            [Object("liver", truth: "####", binary: "####", semantic: "####", [0.3f, 0.7f, 0], presence: [0.4f, 0.8f, 0])]);
        tally.Add("c", "case 2", "mr",
        [
            Object("kidney", truth: "#...", binary: "....", semantic: "#...", [0.6f, 0.4f, 0], presence: [0.9f, 0.6f, 0]),
            Object("kidney", truth: "..#.", binary: "..#.", semantic: ".##.", [0.7f, 0.3f, 0], presence: [0, 0.7f, 0]),
        ]);
        return tally.Finish();
    }

    public static bool[] Draw(string mask) => [.. mask.Select(pixel => pixel == '#')];

    public static ScoredObject Object(string category, string truth, string binary, string semantic, float[] scores, float[] presence) =>
        new(category, Draw(truth), truth.Length, Draw(binary), [.. semantic.Select(pixel => pixel == '#' ? 5f : -5f)], scores, presence);
}
