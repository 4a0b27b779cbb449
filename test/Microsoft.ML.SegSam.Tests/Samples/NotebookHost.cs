namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>What a notebook's front end offers to cells, and what it would have shown.</summary>
/// <remarks>Public, and named like the originals: scripts use it.</remarks>
public sealed class NotebookHost
{
    private readonly List<string> _shown = [];

    internal IReadOnlyList<string> Shown => _shown;

    /// <summary>Shows a value.</summary>
    public void display(object value) => _shown.Add($"{value}");

    /// <summary>Marks text as HTML.</summary>
    public object HTML(string content) => content;
}
