namespace Microsoft.ML.SegSam.Imaging;

/// <summary>One view of the image with masks over it, under a caption.</summary>
/// <param name="Caption">Text above the image.</param>
/// <param name="Layers">Masks, painted in this order; empty for the bare image.</param>
public sealed record OverlayPanel(string Caption, IReadOnlyList<OverlayLayer> Layers);
