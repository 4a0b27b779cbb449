using Microsoft.ML.Data;

namespace Phantoms;

/// <summary>One prompted object as an ML.NET row.</summary>
public sealed class PhantomRow
{
    private readonly PhantomSlice _slice;
    private readonly PhantomObject _object;

    internal PhantomRow(PhantomSlice slice, PhantomObject inside) => (_slice, _object) = (slice, inside);

    /// <summary>The slice's id, shared by the rows of one image.</summary>
    public string ImageId => _slice.Id;

    /// <summary>The slice, made when first asked for: who skips the column pays nothing.</summary>
    public MLImage Image => field ??= ToImage(_slice.Gray);

    /// <summary>x0, y0, x1, y1 in pixels; right and bottom just outside.</summary>
    [VectorType(4)]
    public float[] Box => [_object.Box.X0, _object.Box.Y0, _object.Box.X1, _object.Box.Y1];

    /// <summary>White = object, made when first asked for.</summary>
    public MLImage Mask => field ??= ToImage([.. _object.Mask.Select(inside => (byte)(inside ? 255 : 0))]);

    /// <summary>The object's category.</summary>
    public string Category => _object.Category;

    /// <summary>What the category looks like.</summary>
    public string Description => _object.Description;

    private MLImage ToImage(byte[] grey) =>
        MLImage.CreateFromPixels(_slice.Width, _slice.Height, MLPixelFormat.Bgra32,
            [.. grey.SelectMany(level => (byte[])[level, level, level, 255])]);
}
