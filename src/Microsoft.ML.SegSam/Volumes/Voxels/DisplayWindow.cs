namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>How the values of a window become levels of gray (DICOM PS3.3 C.11.2.1.2).</summary>
internal enum WindowFunction
{
    /// <summary>From center − 0.5 − (width − 1)/2 to center − 0.5 + (width − 1)/2.</summary>
    Linear,

    /// <summary>From center − width/2 to center + width/2.</summary>
    LinearExact,

    /// <summary>A sigmoid, which has no ends.</summary>
    Sigmoid,
}

/// <summary>A window of values that is shown from black to white.</summary>
/// <param name="Width">At least 1 for <see cref="WindowFunction.Linear"/>, else above 0.</param>
internal sealed record DisplayWindow(double Center, double Width, WindowFunction Function)
{
    /// <summary>For CT images that suggest none, as MedSAM's.</summary>
    public static readonly DisplayWindow SoftTissue = new(40, 400, WindowFunction.Linear);

    /// <summary>The level 0 to 255 of a value, rounded; NaN is black.</summary>
    public byte LevelOf(double value)
    {
        var share = Function switch
        {
            WindowFunction.LinearExact => (value - Center) / Width + 0.5,
            WindowFunction.Sigmoid => 1 / (1 + Math.Exp(-4 * (value - Center) / Width)),
            _ when value <= Center - 0.5 - (Width - 1) / 2 => 0,
            _ when value > Center - 0.5 + (Width - 1) / 2 => 1,
            _ => (value - (Center - 0.5)) / (Width - 1) + 0.5,
        };
        return double.IsNaN(share) ? (byte)0 : (byte)Math.Clamp(Math.Floor(share * 255 + 0.5), 0, 255);
    }
}
