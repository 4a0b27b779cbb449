using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Distances between the centers of neighboring pixels, in millimeters.</summary>
/// <remarks>DICOM's Pixel Spacing (0028,0030) names the distance between rows, our <see cref="Y"/>, first.</remarks>
public sealed record PixelSpacing
{
    // Our choice: from below the size of atoms to above that of any patient, so that squares neither vanish nor overflow.
    private const double Smallest = 1e-9, Largest = 1e9;

    /// <param name="x">Distance between neighbors in a row, in mm, from 1e-9 to 1e9.</param>
    /// <param name="y">Distance between rows, in mm, from 1e-9 to 1e9.</param>
    /// <exception cref="ArgumentOutOfRangeException">A distance is NaN or out of that range.</exception>
    public PixelSpacing(double x, double y) => (X, Y) = (Checked(x, nameof(x)), Checked(y, nameof(y)));

    /// <summary>Distance between neighbors in a row, in mm.</summary>
    public double X { get; }

    /// <summary>Distance between rows, in mm.</summary>
    public double Y { get; }

    private static double Checked(double distance, string name) => distance is >= Smallest and <= Largest ? distance
        : throw new ArgumentOutOfRangeException(name, distance.ToString(CultureInfo.InvariantCulture),
            "Expected: a pixel spacing in millimeters, from 1e-9 to 1e9. If it is unknown, leave it out; distances are then in pixels.");
}
