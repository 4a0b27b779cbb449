using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>One slice of a volume: values, turned as its plane says.</summary>
public sealed class VolumeSlice
{
    private const double DeepColors = 65535 / 255; // levels of 16 bits for each of 8
    private readonly double[] _values; // Samples numbers for each pixel
    private readonly MedicalVolume _volume;
    private float[]? _floats;

    internal VolumeSlice(
        MedicalVolume volume, SlicePlane plane, int index, int width, int height, double[] values, (double, double) spacing)
    {
        (_volume, Plane, Index, Width, Height, _values, PixelSpacing) = (volume, plane, index, width, height, values, spacing);
    }

    /// <summary>Which way the volume was cut.</summary>
    public SlicePlane Plane { get; }

    /// <summary>Number of the slice, counting from 0 on the axis that the plane describes.</summary>
    public int Index { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Distance of neighboring columns, and of neighboring rows, in mm.</summary>
    public (double X, double Y) PixelSpacing { get; }

    /// <summary>
    /// The values, such as Hounsfield units, row by row: Height · Width numbers, of colors three for each pixel (red, green, blue).
    /// </summary>
    public ReadOnlyMemory<float> Values => _floats ??= Array.ConvertAll(_values, value => (float)value);

    /// <summary>The slice as a picture. Colors are taken as they are; of 16 bits the higher ones.</summary>
    /// <param name="window">What is shown from black to white; null: <see cref="IntensityWindow.For"/>.</param>
    /// <returns>The picture, which the caller disposes.</returns>
    public MLImage ToImage(IntensityWindow? window = null) => ToPixels(window ?? IntensityWindow.For(_volume)).ToMLImage();

    internal PixelImage ToPixels(IntensityWindow window)
    {
        var rgb = new byte[3 * Width * Height];
        if (_volume.IsColor)
        {
            for (var i = 0; i < rgb.Length; i++)
                rgb[i] = (byte)(_volume.HasDeepColors ? Math.Round(_values[i] / DeepColors) : _values[i]);
            return new(Height, Width, rgb);
        }

        var levels = window.Of(_volume);
        for (var i = 0; i < _values.Length; i++)
        {
            var level = levels(_values[i]);
            (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) = (level, level, level);
        }

        return new(Height, Width, rgb);
    }
}
