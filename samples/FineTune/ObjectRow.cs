using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;

namespace FineTune;

/// <summary>One object of a picture as an ML.NET row.</summary>
public sealed class ObjectRow
{
    private readonly Picture _picture;
    private readonly Func<MLImage> _load;

    internal ObjectRow(Picture picture, string category, float[] box, Func<MLImage> load) =>
        (_picture, Category, Box, _load) = (picture, category, box, load);

    /// <summary>Shared by the rows of one picture.</summary>
    public string ImageId => _picture.Key;

    /// <summary>The source's folder name: its label set.</summary>
    public string Source => _picture.Source;

    /// <summary>The picture.</summary>
    public MLImage Image => _picture.Image;

    /// <summary>Tight box: x0, y0, x1, y1 in pixels, right and bottom exclusive.</summary>
    [VectorType(4)]
    public float[] Box { get; }

    /// <summary>Nonzero = object; decoded on first use.</summary>
    public MLImage Mask => field ??= _load();

    /// <summary>The object's category.</summary>
    public string Category { get; }

    /// <summary>Dice of the filled box as a mask: what the prompt alone reveals.</summary>
    internal double BoxDice()
    {
        var (area, box) = (SegmentationMask.FromImage(Mask).Area, (Box[2] - Box[0]) * (Box[3] - Box[1]));
        return 2.0 * area / (area + box);
    }
}
