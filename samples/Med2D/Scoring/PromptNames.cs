namespace Med2D.Scoring;

/// <summary>The kinds of prompts and of baselines, as reports name them.</summary>
internal static class PromptNames
{
    /// <summary>Baseline: the box itself.</summary>
    public const string FilledBox = "filledBox";

    /// <summary>Baseline: the ellipse in the box.</summary>
    public const string FilledEllipse = "filledEllipse";

    /// <summary>The tight box around the whole true mask.</summary>
    public const string Box = "box";

    /// <summary>One point on the object.</summary>
    public const string Point1 = "point1";

    /// <summary>Three points: the later two each lie in the error of the previous prediction, whose logits are the mask prompt.</summary>
    public const string Points3 = "points3";

    /// <summary>No prompt: the mask of a category against all of its objects in the image. For U-Nets.</summary>
    public const string Unprompted = "unprompted";

    /// <summary>What every report has.</summary>
    public static IReadOnlyList<string> Baselines { get; } = [FilledBox, FilledEllipse];
}
