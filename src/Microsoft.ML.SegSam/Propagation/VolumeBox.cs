namespace Microsoft.ML.SegSam.Propagation;

/// <summary>A box around an object of a volume: a box in the slices' pictures, and the first and the last slice.</summary>
/// <param name="X0">Left edge, a line between pixels of a slice's picture: 0 is left of the first one.</param>
/// <param name="Y0">Upper edge.</param>
/// <param name="FirstSlice">Counting from 0; belongs to the box.</param>
/// <param name="X1">Right edge, greater than X0: the first column that does not belong to the box.</param>
/// <param name="Y1">Lower edge, greater than Y0: the first row that does not belong to the box.</param>
/// <param name="LastSlice">At least FirstSlice; belongs to the box.</param>
public sealed record VolumeBox(float X0, float Y0, int FirstSlice, float X1, float Y1, int LastSlice)
{
    /// <summary>The slice in the middle, where the object is asked for first.</summary>
    public int MiddleSlice => FirstSlice + (LastSlice - FirstSlice) / 2;
}
