namespace Pacs.Jobs;

/// <summary>What became of a request.</summary>
/// <param name="Mark">Ends the segmentation's description, and names the request in the log.</param>
/// <param name="Segmentation">SeriesInstanceUID of the segmentation; null where the server has it and does not list it yet.</param>
/// <param name="WasThere">Whether the study had it already, so that nothing was segmented or stored.</param>
/// <param name="Objects">As prompted; none where it was there.</param>
/// <param name="Notes">What a person should know of the series.</param>
internal sealed record SegmentResult(
    string Mark, string? Segmentation, bool WasThere, IReadOnlyList<SegmentedObject> Objects, IReadOnlyList<string> Notes);

/// <summary>An object that was prompted.</summary>
/// <param name="Category">Its name; empty where nothing was found.</param>
/// <param name="Score">The category's share over all slices, 0 to 1.</param>
/// <param name="Slices">On how many slices it is.</param>
/// <param name="Milliliters">Its volume.</param>
internal sealed record SegmentedObject(string Category, float Score, int Slices, double Milliliters)
{
    public override string ToString() => Slices == 0 ? "nothing found"
        : FormattableString.Invariant($"{Category} {Score:0.00}, {Slices} slices, {Milliliters:0.###} ml");
}

/// <summary>How far a request is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">How many files or slices were done in this step.</param>
internal sealed record SegmentProgress(string Step, int Done);
