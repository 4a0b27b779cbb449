using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Confusion matrix: how often the masks of each true category were predicted as each category.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class CategoryConfusion : INotebookView
{
    private readonly Dictionary<(string Truth, string? Predicted), int> _counts;

    /// <summary>A matrix of counts; pairs without a cell count 0.</summary>
    /// <param name="cells">At least one cell, and no pair twice.</param>
    /// <exception cref="ArgumentException">There is no cell, a count is below 1, or a pair appears twice.</exception>
    internal CategoryConfusion(IEnumerable<ConfusionCell> cells)
    {
        Cells = [.. cells.OrderBy(cell => cell.Truth, StringComparer.Ordinal).ThenBy(cell => cell.Predicted, StringComparer.Ordinal)];
        if (Cells.Count == 0)
            throw new ArgumentException("There is no cell; a confusion matrix needs the count of at least one mask.", nameof(cells));
        if (Cells.FirstOrDefault(cell => cell.Count < 1) is { } empty)
        {
            throw new ArgumentException($"'{empty.Truth}' predicted as '{empty.Predicted}' has the count "
                + FormattableString.Invariant($"{empty.Count}; expected at least 1: leave out pairs that do not occur."), nameof(cells));
        }

        if (Cells.GroupBy(cell => (cell.Truth, cell.Predicted)).FirstOrDefault(group => group.Count() > 1) is { Key: var pair } twice)
        {
            throw new ArgumentException($"'{pair.Truth}' predicted as '{pair.Predicted}' appears "
                + FormattableString.Invariant($"{twice.Count()} times; expected one cell a pair: add up its counts."), nameof(cells));
        }

        _counts = Cells.ToDictionary(cell => (cell.Truth, cell.Predicted), cell => cell.Count);
        Names = [.. Cells.SelectMany(cell => (string?[])[cell.Truth, cell.Predicted]).OfType<string>()
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>All categories that are true or predicted somewhere, sorted (ordinal): rows and columns of the picture.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of masks.</summary>
    [JsonIgnore]
    public int Total => Cells.Sum(cell => cell.Count);

    /// <summary>Number of masks whose predicted category is the true one.</summary>
    [JsonIgnore]
    public int Right => Cells.Where(cell => cell.Truth == cell.Predicted).Sum(cell => cell.Count);

    /// <summary>Cells that occur, sorted by truth, then by prediction (ordinal).</summary>
    [JsonInclude]
    internal IReadOnlyList<ConfusionCell> Cells { get; }

    /// <summary>Number of masks of one true category that were predicted as another or the same; 0 where there are none.</summary>
    /// <param name="truth">The true category.</param>
    /// <param name="predicted">The predicted category; null for masks without a prediction.</param>
    public int this[string truth, string? predicted] => _counts.GetValueOrDefault((truth, predicted));

    /// <summary>
    /// The matrix as an SVG picture: true categories down, predicted categories across, counts in the cells. A cell's color shows its share
    /// of the row: green where the prediction is right, red where it is wrong.
    /// </summary>
    /// <remarks>
    /// Long names are cut in the middle; a tooltip shows them whole. Each row ends in the number of its masks that are right. The picture's
    /// natural size grows with the number of names, so that 50 or 200 names stay legible.
    /// </remarks>
    public string ToSvg() => ConfusionChart.Draw(this).ToString();

    /// <summary>A line with the number of masks named right, then a line for each confusion, the most frequent first.</summary>
    public override string ToString() => string.Join('\n', Cells
        .Where(cell => cell.Truth != cell.Predicted)
        .OrderByDescending(cell => cell.Count)
        .Select(cell => FormattableString.Invariant(
            $"{cell.Count} x {cell.Truth}: {(cell.Predicted is { } name ? $"named {name}" : "no prediction")}"))
        .Prepend(FormattableString.Invariant($"{Right} of {Total} masks named right")));

    string INotebookView.ToHtml() => Markup.Print(ConfusionChart.Draw(this).Root);

    internal static CategoryConfusion From(IEnumerable<RowScore> rows) => new(rows.GroupBy(row => (row.Category, row.Predicted))
        .Select(group => new ConfusionCell(group.Key.Category, group.Key.Predicted, group.Count())));
}

/// <summary>How many masks of one true category were predicted as one category.</summary>
/// <param name="Truth">The true category.</param>
/// <param name="Predicted">The predicted category; null for masks without a prediction.</param>
/// <param name="Count">Number of masks, at least 1.</param>
internal sealed record ConfusionCell(string Truth, string? Predicted, int Count);
