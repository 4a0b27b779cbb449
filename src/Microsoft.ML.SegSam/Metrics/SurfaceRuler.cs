using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How distances between outlines are measured, and up to which distance outlines count as equal.</summary>
/// <remarks>
/// A distance that exceeds the tolerance by at most a billionth of it still counts (our choice): 3 pixels of 0.1 mm are 0.3 mm,
/// although their product in floating point is slightly more.
/// </remarks>
internal sealed class SurfaceRuler
{
    private const double Rounding = 1e-9;

    /// <param name="surfaceTolerance">In <see cref="Unit"/>s, 0 or more.</param>
    /// <param name="spacing">Null to measure in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number.</exception>
    public SurfaceRuler(double surfaceTolerance, PixelSpacing? spacing)
    {
        if (!double.IsFinite(surfaceTolerance) || surfaceTolerance < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(surfaceTolerance), surfaceTolerance.ToString(CultureInfo.InvariantCulture),
                "Expected: a finite tolerance of the surface Dice, 0 or more, in pixels, or in mm where a pixel spacing is given.");
        }

        Tolerance = surfaceTolerance;
        Spacing = spacing ?? new PixelSpacing(1, 1);
        Unit = spacing is null ? "px" : "mm";
    }

    public double Tolerance { get; }

    /// <summary>1 in both directions where distances are in pixels.</summary>
    public PixelSpacing Spacing { get; }

    /// <summary>"px" or "mm".</summary>
    public string Unit { get; }

    public bool IsWithin(double distance) => distance <= Tolerance * (1 + Rounding);
}
