using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>An RGB picture to paint on. Anything outside it is ignored.</summary>
internal sealed class PixelCanvas
{
    private readonly int _height;
    private readonly int _width;
    private readonly byte[] _rgb;

    public PixelCanvas(int height, int width, Rgb background)
    {
        _height = height;
        _width = width;
        _rgb = new byte[height * width * 3];
        Fill(0, 0, width, height, background);
    }

    public void Fill(int x, int y, int fillWidth, int fillHeight, Rgb color, float opacity = 1)
    {
        for (var row = Math.Max(0, y); row < Math.Min(_height, y + fillHeight); row++)
        {
            for (var column = Math.Max(0, x); column < Math.Min(_width, x + fillWidth); column++)
                Blend(row, column, color, opacity);
        }
    }

    public void Draw(PixelImage image, int x, int y)
    {
        for (var row = 0; row < image.Height; row++)
            image.Rgb.AsSpan(row * image.Width * 3, image.Width * 3).CopyTo(_rgb.AsSpan(((y + row) * _width + x) * 3));
    }

    /// <summary>Tints the pixels of a mask; those within <paramref name="edge"/> pixels of its border get the full color.</summary>
    public void Tint(ReadOnlySpan<byte> mask, int maskHeight, int maskWidth, int x, int y, Rgb color, float opacity, int edge)
    {
        for (var row = 0; row < maskHeight; row++)
        {
            for (var column = 0; column < maskWidth; column++)
            {
                if (mask[row * maskWidth + column] == 0)
                    continue;
                var isEdge = edge > 0 && (row < edge || column < edge || row >= maskHeight - edge || column >= maskWidth - edge
                    || mask[(row - edge) * maskWidth + column] == 0 || mask[(row + edge) * maskWidth + column] == 0
                    || mask[row * maskWidth + column - edge] == 0 || mask[row * maskWidth + column + edge] == 0);
                Blend(y + row, x + column, color, isEdge ? 1 : opacity);
            }
        }
    }

    /// <summary>Text with its upper left corner at x, y; a font pixel is scale x scale pixels.</summary>
    public void Write(DrawnText text, int x, int y, int scale, Rgb color)
    {
        foreach (var (left, top, coverage) in text.Pixels(scale))
            Fill(x + left, y + top, 1, 1, color, coverage);
    }

    /// <summary>The picture itself, not a copy: later painting changes it.</summary>
    public PixelImage ToImage() => new(_height, _width, _rgb);

    private void Blend(int y, int x, Rgb color, float opacity)
    {
        var pixel = _rgb.AsSpan((y * _width + x) * 3, 3);
        pixel[0] = Mix(pixel[0], color.R, opacity);
        pixel[1] = Mix(pixel[1], color.G, opacity);
        pixel[2] = Mix(pixel[2], color.B, opacity);
    }

    private static byte Mix(byte under, byte over, float opacity) => (byte)(under + (over - under) * opacity + 0.5f);
}
