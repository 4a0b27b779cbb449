using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>The appearance of a label: a bar in its mask's color and light text on a dark plate. Sizes are in font pixels.</summary>
internal sealed record LabelTag(DrawnText Text, Rgb Color)
{
    public const int Height = BitmapFont.LineHeight + 3;

    private const int Bar = 3;
    private const int Gap = 2;

    private static readonly Rgb Plate = new(10, 11, 14);
    private static readonly Rgb Ink = new(240, 242, 245);

    public int Width => Bar + Gap + Text.Width + Gap;

    /// <summary>The tag of a layer that has a label, shortened to a width.</summary>
    public static LabelTag For(OverlayLayer layer, int width, PictureTexts texts) =>
        new(texts.Fit(layer.Label!, width - Bar - 2 * Gap), layer.Color);

    /// <summary>Draws the tag. x and y are in pixels; a font pixel is unit x unit pixels.</summary>
    public void Draw(PixelCanvas canvas, int x, int y, int unit)
    {
        canvas.Fill(x, y, Width * unit, Height * unit, Plate, 0.8f);
        canvas.Fill(x, y, Bar * unit, Height * unit, Color);
        canvas.Write(Text, x + (Bar + Gap) * unit, y + 2 * unit, unit, Ink);
    }
}
