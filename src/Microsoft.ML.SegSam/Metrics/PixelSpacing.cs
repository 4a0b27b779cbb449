using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How far apart the centres of neighbouring pixels lie, in millimetres.</summary>
/// <remarks>DICOM's Pixel Spacing (0028,0030) names the distance between rows, our <see cref="Y"/>, first.</remarks>
public sealed record PixelSpacing
{
    // Our choice: from less than atoms to more than any patient, so that squares neither vanish nor overflow.
    private const double Smallest = 1e-9, Largest = 1e9;

    /// <param name="x">Distance between neighbours in a row, in mm, from 1e-9 to 1e9.</param>
    /// <param name="y">Distance between rows, in mm, from 1e-9 to 1e9.</param>
    /// <exception cref="ArgumentOutOfRangeException">A distance is not a number, or out of that range.</exception>
    public PixelSpacing(double x, double y) => (X, Y) = (Checked(x, nameof(x)), Checked(y, nameof(y)));

    /// <summary>Distance between neighbours in a row, in mm.</summary>
    public double X { get; }

    /// <summary>Distance between rows, in mm.</summary>
    public double Y { get; }

    private static double Checked(double distance, string name) => distance is >= Smallest and <= Largest ? distance
        : throw new ArgumentOutOfRangeException(name, distance.ToString(CultureInfo.InvariantCulture),
            "The spacing of pixels is expected in millimetres, from 1e-9 to 1e9; without a known spacing leave it out: distances are then in pixels.");
}
