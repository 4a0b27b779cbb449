using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>What a notebook's front end offers to cells, and what it would have shown.</summary>
/// <remarks>Public, and named like the original: scripts use it.</remarks>
public sealed class NotebookHost
{
    private readonly List<string> _shown = [];

    internal IReadOnlyList<string> Shown => _shown;

    /// <summary>Shows a value, as HTML where its type says how.</summary>
    public void display(object value) => _shown.Add(NotebookPage.HtmlOf(value) ?? $"{value}");
}
