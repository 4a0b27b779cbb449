using Microsoft.ML.SegSam.Display;
using SkiaSharp;

namespace Med2D.Evidence;

/// <summary>Paints masks and captions into the cells of a sheet.</summary>
internal static class MaskPainter
{
    public const float TextSize = 12;

    /// <summary>Tinted inside, and opaque where a pixel of the cell is inside and one beside it is not.</summary>
    /// <param name="mask">Of the image, row by row.</param>
    /// <param name="width">Of the image.</param>
    /// <param name="part">What of the image the cell shows.</param>
    public static void Paint(SKCanvas canvas, bool[] mask, int width, SKRect part, SKRect cell, Rgb color)
    {
        var (columns, rows) = ((int)cell.Width, (int)cell.Height);
        using var layer = new SKBitmap(new SKImageInfo(columns, rows, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var (height, scaleX, scaleY) = (mask.Length / width, part.Width / columns, part.Height / rows);
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                if (!Inside(x, y))
                    continue;
                var isEdge = !Inside(x - 1, y) || !Inside(x + 1, y) || !Inside(x, y - 1) || !Inside(x, y + 1);
                layer.SetPixel(x, y, new SKColor(color.R, color.G, color.B, isEdge ? (byte)255 : (byte)70));
            }
        }

        canvas.DrawBitmap(layer, cell.Left, cell.Top);

        bool Inside(int x, int y)
        {
            var (column, row) = ((int)Math.Floor(part.Left + (x + 0.5f) * scaleX), (int)Math.Floor(part.Top + (y + 0.5f) * scaleY));
            return column >= 0 && row >= 0 && column < width && row < height && mask[row * width + column];
        }
    }

    /// <summary>A line of text, cut where it is longer than the room.</summary>
    public static void Write(SKCanvas canvas, string text, float x, float y, float room)
    {
        using var paint = new SKPaint { Color = SKColors.Black, TextSize = TextSize, IsAntialias = true };
        while (text.Length > 1 && paint.MeasureText(text) > room)
            text = text[..^2] + "…";
        canvas.DrawText(text, x, y, paint);
    }
}
