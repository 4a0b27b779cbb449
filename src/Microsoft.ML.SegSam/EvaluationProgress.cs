namespace Microsoft.ML.SegSam;

/// <summary>Report of one image that an evaluation has finished.</summary>
/// <param name="Images">Images finished, from 1.</param>
/// <param name="AllImages">Images to evaluate.</param>
/// <param name="Objects">Objects finished.</param>
/// <param name="AllObjects">Objects to evaluate.</param>
/// <param name="TimeLeft">Estimate from the mean time of the objects so far.</param>
public sealed record EvaluationProgress(int Images, int AllImages, int Objects, int AllObjects, TimeSpan TimeLeft)
{
    /// <summary>One line for people.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"Image {Images}/{AllImages}, object {Objects}/{AllObjects}, {TimeLeft.TotalSeconds:0} s left");
}
