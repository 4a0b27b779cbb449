using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>How volumes become slices, and which objects on them rows.</summary>
public sealed class SliceOptions
{
    /// <summary>Which way volumes are cut. Default Axial.</summary>
    public SlicePlane Plane { get; init; } = SlicePlane.Axial;

    /// <summary>Which values are shown from black to white. Default null: <see cref="IntensityWindow.For"/> each volume.</summary>
    public IntensityWindow? Window { get; init; }

    /// <summary>
    /// Objects with fewer pixels on a slice are left out there. Default 100, at least 1 (SA-Med2D-20M's rule at 256 x 256).
    /// </summary>
    public int MinPixels { get; init; } = 100;

    /// <summary>Takes each N-th slice, from the first. Default 1, at least 1: all.</summary>
    public int Every { get; init; } = 1;
}
