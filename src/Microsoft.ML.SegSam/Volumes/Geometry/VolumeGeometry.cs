using System.Globalization;

namespace Microsoft.ML.SegSam.Volumes.Geometry;

/// <summary>Where the voxels of a volume lie: how many there are on each axis, and in which place of the patient.</summary>
/// <remarks>
/// Indices i, j, k are those of the file: i counts along rows of memory. World coordinates are RAS+ in millimeters. Two geometries are
/// equal where they have the same size and their eight corners lie at most 0.001 mm apart.
/// </remarks>
public sealed class VolumeGeometry : IEquatable<VolumeGeometry>
{
    private const double SamePlace = 1e-3;      // mm, at the corners
    private const double RightAngle = 1e-3;     // cosine; more than rounded positions give (our choice)

    internal VolumeGeometry(int columns, int rows, int slices, AffineMatrix affine, bool isOrientationKnown = true)
    {
        (Columns, Rows, Slices, Affine, IsOrientationKnown) = (columns, rows, slices, affine, isOrientationKnown);
        Order = AxisOrder.Of(affine);
    }

    /// <summary>Voxels on the first axis, i.</summary>
    public int Columns { get; }

    /// <summary>Voxels on the second axis, j.</summary>
    public int Rows { get; }

    /// <summary>Voxels on the third axis, k.</summary>
    public int Slices { get; }

    /// <summary>From indices to millimeters.</summary>
    public AffineMatrix Affine { get; }

    /// <summary>
    /// Whether the file says how its axes lie in the patient. If not, those of NIfTI are taken for right, front and head, those of other
    /// formats for left, back and head, as pictures lie.
    /// </summary>
    public bool IsOrientationKnown { get; }

    /// <summary>Distance of neighboring voxels on each axis, in mm.</summary>
    public (double X, double Y, double Z) Spacing => (Affine.Length(0), Affine.Length(1), Affine.Length(2));

    /// <summary>
    /// For each axis the side towards which its index grows, such as "LPS": left or right, posterior or anterior, superior or inferior.
    /// </summary>
    public string Codes => Order.Codes;

    /// <summary>Whether the axes are not at right angles, as in series of a tilted gantry.</summary>
    public bool IsSheared => Math.Abs(Cosine(0, 1)) > RightAngle
        || Math.Abs(Cosine(0, 2)) > RightAngle || Math.Abs(Cosine(1, 2)) > RightAngle;

    /// <summary>Volume of a voxel, in mm³.</summary>
    public double VoxelVolume => Math.Abs(Affine.Determinant);

    /// <summary>World coordinates of a voxel index.</summary>
    public (double X, double Y, double Z) ToWorld(double i, double j, double k) => Affine.Transform(i, j, k);

    /// <summary>The voxel index of world coordinates; not rounded, and perhaps outside the volume.</summary>
    public (double I, double J, double K) ToVoxel(double x, double y, double z) => Affine.Inverse().Transform(x, y, z);

    internal AxisOrder Order { get; }

    internal IReadOnlyList<int> Size => [Columns, Rows, Slices];

    /// <inheritdoc/>
    public bool Equals(VolumeGeometry? other) => other is not null && Apart(other) <= SamePlace;

    /// <summary>How far the corners of the two lie apart at most, in mm; NaN for different sizes.</summary>
    internal double Apart(VolumeGeometry other) => (Columns, Rows, Slices) != (other.Columns, other.Rows, other.Slices) ? double.NaN
        : Corners().Zip(other.Corners(), (a, b) => Math.Sqrt(
            (a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y) + (a.Z - b.Z) * (a.Z - b.Z))).Max();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VolumeGeometry);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Columns, Rows, Slices);

    /// <summary>Size, spacing and orientation, such as "512 x 512 x 320, 0.78 x 0.78 x 1.5 mm, LPS".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Columns} x {Rows} x {Slices}, {Spacing.X:0.###} x {Spacing.Y:0.###} x {Spacing.Z:0.###} mm, ")
        + (IsOrientationKnown ? Codes : "orientation unknown");

    // Cosine of two axes.
    private double Cosine(int first, int second)
    {
        var (a, b) = (Affine.Column(first), Affine.Column(second));
        return (a.X * b.X + a.Y * b.Y + a.Z * b.Z) / (Affine.Length(first) * Affine.Length(second));
    }

    private IEnumerable<(double X, double Y, double Z)> Corners() => Enumerable.Range(0, 8).Select(corner =>
        ToWorld((corner & 1) * (Columns - 1), (corner >> 1 & 1) * (Rows - 1), (corner >> 2) * (Slices - 1)));
}
