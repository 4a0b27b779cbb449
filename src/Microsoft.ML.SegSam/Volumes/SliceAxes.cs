using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>
/// The file's axes that slices of a plane are cut on and that become their columns and rows, and which of them are turned round.
/// </summary>
internal readonly record struct SliceAxes(
    IReadOnlyList<int> Size, int Fixed, bool IsFixedFlipped, int Column, bool IsColumnFlipped, int Row, bool IsRowFlipped)
{
    public int Slices => Size[Fixed];

    public int Width => Size[Column];

    public int Height => Size[Row];

    public static SliceAxes Of(VolumeGeometry geometry, SlicePlane plane)
    {
        var (size, axis, flipped) = (geometry.Size, geometry.Order.FileAxis, geometry.Order.Flipped);
        return plane switch
        {
            SlicePlane.Axial => new(size, axis[2], flipped[2], axis[0], !flipped[0], axis[1], !flipped[1]),
            SlicePlane.Coronal => new(size, axis[1], flipped[1], axis[0], !flipped[0], axis[2], !flipped[2]),
            SlicePlane.Sagittal => new(size, axis[0], !flipped[0], axis[1], !flipped[1], axis[2], !flipped[2]),
            SlicePlane.Stored => new(size, 2, false, 0, false, 1, false),
            _ => throw new ArgumentOutOfRangeException(nameof(plane), plane, "Expected Axial, Coronal, Sagittal or Stored."),
        };
    }

    /// <summary>The place on the fixed axis of a slice.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slice.</exception>
    public int At(int index) => (uint)index < Slices ? IsFixedFlipped ? Slices - 1 - index : index
        : throw new ArgumentOutOfRangeException(nameof(index), index,
            FormattableString.Invariant($"There are {Slices} slices in this direction, counting from 0."));

    /// <summary>The column that an index on the column axis becomes, and the other way round.</summary>
    public int ToX(int index) => IsColumnFlipped ? Width - 1 - index : index;

    /// <summary>The row that an index on the row axis becomes, and the other way round.</summary>
    public int ToY(int index) => IsRowFlipped ? Height - 1 - index : index;
}
