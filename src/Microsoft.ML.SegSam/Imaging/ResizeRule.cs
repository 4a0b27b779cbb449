namespace Microsoft.ML.SegSam.Imaging;

/// <summary>How an image of any size becomes the network's square input.</summary>
public enum ResizeRule
{
    /// <summary>
    /// SAM-Med2D's rule: an image smaller than the input on both sides keeps its pixels and is padded on all four sides;
    /// any other is stretched to the square, aspect ratio not kept.
    /// </summary>
    PadOrStretch,

    /// <summary>SAM's rule: the longest side is scaled to the input size, the right or the bottom is padded.</summary>
    LongestSide,

    /// <summary>Straight to the square, aspect ratio not kept, small images too: MedSAM's rule, and that of SAM-Med2D's predictor.</summary>
    Stretch,
}
