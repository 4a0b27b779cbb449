namespace Microsoft.ML.SegSam;

/// <summary>Finds SEG-SAM in what Fit or Load returned.</summary>
internal static class ModelSteps
{
    /// <returns>The steps before SEG-SAM, and SEG-SAM, the last one.</returns>
    /// <exception cref="ArgumentException">The model ends in something else.</exception>
    public static (IReadOnlyList<ITransformer> Before, SegSamTransformer SegSam) Split(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var steps = Flatten(model).ToList();
        return steps is [.. var before, SegSamTransformer segSam] ? (before, segSam) : throw new ArgumentException(
            $"The model ends in {(steps.Count == 0 ? "nothing" : steps[^1].GetType().Name)}; expected a {nameof(SegSamTransformer)}: pass what Fit of a pipeline returned whose last step is ml.Transforms.SegSam.", nameof(model));
    }

    // A chain may hold chains.
    private static IEnumerable<ITransformer> Flatten(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [model];
}
