namespace Microsoft.ML.SegSam.Imaging;

/// <summary>One mask to paint over an image.</summary>
/// <param name="Mask">Height x width of the image, row-major; true is the object.</param>
/// <param name="Color">The tint, and the colour of outline and label; see <see cref="Palette"/>.</param>
/// <param name="Label">Text beside the mask, such as category and score; none when null. See <see cref="MaskOverlay"/> on scripts.</param>
/// <param name="Outline">Whether the mask's edge is drawn in full colour.</param>
public sealed record OverlayLayer(ReadOnlyMemory<bool> Mask, Rgb Color, string? Label = null, bool Outline = true);
