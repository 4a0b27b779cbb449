namespace Med2D.Scoring;

/// <summary>A model that can be scored.</summary>
internal interface IScoredModel : IDisposable
{
    /// <summary>File name of the model.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of its weights, lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>The kinds of prompts it is scored with.</summary>
    public IReadOnlyList<string> Prompts { get; }

    /// <summary>Scores the objects of an image with each kind of prompt.</summary>
    /// <param name="truths">The true masks of the objects: Height·Width pixels each, row-major.</param>
    /// <returns>One entry for each object and kind of prompt; none where the model cannot say anything.</returns>
    public IEnumerable<(string Prompt, ObjectScore Score)> Score(
        ImageObjects image, IReadOnlyList<bool[]> truths, CancellationToken cancel);

    /// <summary>The mask of each object of an image, prompted by its box, as a picture shows it: with the predicted name, if any.</summary>
    /// <returns>Height·Width pixels for each object; null where the model cannot say anything.</returns>
    public IReadOnlyList<(bool[]? Mask, string Label)> Masks(ImageObjects image);
}
