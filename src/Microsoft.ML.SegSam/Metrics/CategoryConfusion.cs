using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How many masks of one true category were given one name.</summary>
/// <param name="Truth">The true category.</param>
/// <param name="Predicted">The predicted one; null for masks without a prediction.</param>
/// <param name="Count">Masks, at least 1.</param>
public sealed record ConfusionCell(string Truth, string? Predicted, int Count);

/// <summary>Which names the masks of each true category were given.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class CategoryConfusion : INotebookView
{
    private readonly Dictionary<(string Truth, string? Predicted), int> _counts;

    /// <summary>A matrix of counts; pairs that are not among them count 0.</summary>
    /// <param name="cells">At least one; no pair twice.</param>
    /// <exception cref="ArgumentException">There is no cell, a count is below 1, or a pair comes twice.</exception>
    public CategoryConfusion(IEnumerable<ConfusionCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        Cells = [.. cells.OrderBy(cell => cell.Truth, StringComparer.Ordinal).ThenBy(cell => cell.Predicted, StringComparer.Ordinal)];
        if (Cells.Count == 0)
            throw new ArgumentException("There is no cell; a confusion matrix needs the count of at least one mask.", nameof(cells));
        if (Cells.FirstOrDefault(cell => cell.Count < 1) is { } empty)
            throw new ArgumentException($"'{empty.Truth}' named '{empty.Predicted}' is counted {empty.Count} times; leave out what does not occur.", nameof(cells));
        if (Cells.GroupBy(cell => (cell.Truth, cell.Predicted)).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"'{twice.Key.Truth}' named '{twice.Key.Predicted}' comes {twice.Count()} times; add its counts up.", nameof(cells));
        _counts = Cells.ToDictionary(cell => (cell.Truth, cell.Predicted), cell => cell.Count);
        Names = [.. Cells.SelectMany(cell => (string?[])[cell.Truth, cell.Predicted]).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>What occurs, sorted by truth, then by prediction (ordinal).</summary>
    public IReadOnlyList<ConfusionCell> Cells { get; }

    /// <summary>All names that are true or predicted somewhere, sorted (ordinal): rows and columns of the picture.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names { get; }

    /// <summary>Masks of all cells.</summary>
    [JsonIgnore]
    public int Total => Cells.Sum(cell => cell.Count);

    /// <summary>Masks whose predicted category is the true one.</summary>
    [JsonIgnore]
    public int Right => Cells.Where(cell => cell.Truth == cell.Predicted).Sum(cell => cell.Count);

    /// <summary>Masks of one true category that were given one name; null for those without a prediction. 0 where there are none.</summary>
    public int this[string truth, string? predicted] => _counts.GetValueOrDefault((truth, predicted));

    /// <summary>
    /// The matrix as an SVG picture: true categories down, names given across, counts in the cells; a color for the share of its row, green
    /// where right, red where wrong.
    /// </summary>
    /// <remarks>
    /// Long names are cut in the middle, and whole where the mouse rests. A row ends in how many of its masks are right. The picture's natural
    /// size grows with the number of names, so that 50 or 200 stay legible.
    /// </remarks>
    public string ToSvg() => ConfusionChart.Draw(this).ToString();

    /// <summary>A line with the masks named right, then one for each confusion, the most frequent first.</summary>
    public override string ToString() => string.Join('\n', Cells
        .Where(cell => cell.Truth != cell.Predicted)
        .OrderByDescending(cell => cell.Count)
        .Select(cell => FormattableString.Invariant($"{cell.Count} x {cell.Truth}: {(cell.Predicted is { } name ? $"named {name}" : "no prediction")}"))
        .Prepend(FormattableString.Invariant($"{Right} of {Total} masks named right")));

    string INotebookView.ToHtml() => Markup.Print(ConfusionChart.Draw(this).Root);

    internal static CategoryConfusion From(IEnumerable<RowScore> rows) =>
        new(rows.GroupBy(row => (row.Category, row.Predicted)).Select(group => new ConfusionCell(group.Key.Category, group.Key.Predicted, group.Count())));
}
