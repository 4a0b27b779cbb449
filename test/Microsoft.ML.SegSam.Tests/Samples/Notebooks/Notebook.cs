using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

/// <summary>A notebook of the samples folder.</summary>
internal sealed class Notebook
{
    private readonly JsonElement _root;

    /// <summary>A cell's kind and text.</summary>
    public readonly record struct Cell(bool IsCode, string Source);

    public Notebook(string name) => _root = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Folder, name))).RootElement;

    public static string Folder { get; } = System.IO.Path.Combine(SharedFolder.Repository, "samples", "notebooks");

    public JsonElement Metadata => _root.GetProperty("metadata");

    public IEnumerable<Cell> Cells => _root.GetProperty("cells").EnumerateArray()
        .Select(cell => new Cell(cell.GetProperty("cell_type").GetString() == "code", SourceOf(cell)));

    public IReadOnlyList<JsonElement> CodeCells => CellsOf("code");

    public IReadOnlyList<JsonElement> TextCells => CellsOf("markdown");

    public IEnumerable<string> Lines => CodeCells.SelectMany(cell => SourceOf(cell).Split('\n'));

    public static string SourceOf(JsonElement cell) => string.Concat(cell.GetProperty("source").EnumerateArray()
        .Select(line => line.GetString()));

    private List<JsonElement> CellsOf(string type) =>
        [.. _root.GetProperty("cells").EnumerateArray().Where(cell => cell.GetProperty("cell_type").GetString() == type)];
}
