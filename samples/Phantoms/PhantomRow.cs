using Microsoft.ML.Data;

namespace Phantoms;

/// <summary>One prompted object as an ML.NET row.</summary>
public sealed class PhantomRow
{
    private readonly PhantomSlice _slice;
    private readonly PhantomObject _object;

    /// <summary>The row of one of the slice's objects.</summary>
    public PhantomRow(PhantomSlice slice, PhantomObject inside) => (_slice, _object) = (slice, inside);

    /// <summary>The slice's id, shared by the rows of one image.</summary>
    public string ImageId => _slice.Id;

    /// <summary>The slice, created on first use: a reader that skips the column does not pay for it.</summary>
    public MLImage Image => field ??= ToImage(_slice.Color);

    /// <summary>x0, y0, x1, y1 in pixels; right and bottom exclusive.</summary>
    [VectorType(4)]
    public float[] Box => [_object.Box.X0, _object.Box.Y0, _object.Box.X1, _object.Box.Y1];

    /// <summary>Empty: training with this column samples points from the masks.</summary>
    [VectorType]
    public float[] Points { get; } = [];

    /// <summary>Empty, like <see cref="Points"/>.</summary>
    [VectorType]
    public float[] PointLabels { get; } = [];

    /// <summary>White = object; created on first use.</summary>
    public MLImage Mask => field ??= ToImage(i => _object.Mask[i] ? ((byte)255, (byte)255, (byte)255) : default);

    /// <summary>The object's category.</summary>
    public string Category => _object.Category;

    /// <summary>A description of the category's appearance.</summary>
    public string Description => _object.Description;

    private MLImage ToImage(Func<int, (byte R, byte G, byte B)> color)
    {
        var pixels = new byte[_slice.Width * _slice.Height * 4];
        for (var i = 0; i < pixels.Length; i += 4)
        {
            (pixels[i + 2], pixels[i + 1], pixels[i]) = color(i / 4);
            pixels[i + 3] = 255;
        }

        return MLImage.CreateFromPixels(_slice.Width, _slice.Height, MLPixelFormat.Bgra32, pixels);
    }
}
