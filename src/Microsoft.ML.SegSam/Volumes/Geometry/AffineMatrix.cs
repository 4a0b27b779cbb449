using System.Globalization;

namespace Microsoft.ML.SegSam.Volumes.Geometry;

/// <summary>
/// Leads from voxel indices to millimeters: an affine 3 x 4 matrix. World coordinates are RAS+ (x grows to the patient's right, y to the
/// front, z to the head), and belong to voxel centers.
/// </summary>
public readonly struct AffineMatrix : IEquatable<AffineMatrix>
{
    private readonly double[] _rows; // three rows of four

    /// <param name="rows">12 numbers, row by row; what is left of a 4 x 4 matrix without its last row.</param>
    internal AffineMatrix(double[] rows) => _rows = rows;

    /// <summary>The number in a row (0 to 3) and a column (0 to 3); the last row is 0 0 0 1.</summary>
    public double this[int row, int column] => row < 3 ? _rows[4 * row + column] : column == 3 ? 1 : 0;

    /// <summary>World coordinates of a voxel index, which may lie between voxels.</summary>
    public (double X, double Y, double Z) Transform(double i, double j, double k)
    {
        var rows = _rows;
        double Row(int row) => rows[4 * row] * i + rows[4 * row + 1] * j + rows[4 * row + 2] * k + rows[4 * row + 3];
        return (Row(0), Row(1), Row(2));
    }

    /// <inheritdoc/>
    public bool Equals(AffineMatrix other) => _rows.AsSpan().SequenceEqual(other._rows);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AffineMatrix other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _rows.Aggregate(0, HashCode.Combine);

    /// <summary>Whether two matrices are the same.</summary>
    public static bool operator ==(AffineMatrix left, AffineMatrix right) => left.Equals(right);

    /// <summary>Whether two matrices differ.</summary>
    public static bool operator !=(AffineMatrix left, AffineMatrix right) => !left.Equals(right);

    /// <summary>Its three rows.</summary>
    public override string ToString() => string.Join("; ", _rows.Chunk(4)
        .Select(row => string.Join(' ', row.Select(number => number.ToString("0.####", CultureInfo.InvariantCulture)))));

    /// <summary>The column that belongs to an index.</summary>
    internal (double X, double Y, double Z) Column(int column) => (_rows[column], _rows[4 + column], _rows[8 + column]);

    /// <summary>Length of a column: the distance of neighboring voxels on that axis.</summary>
    internal double Length(int column) => Math.Sqrt(Square(_rows[column]) + Square(_rows[4 + column]) + Square(_rows[8 + column]));

    /// <summary>Signed volume of a voxel.</summary>
    internal double Determinant => Cross(Column(0), Column(1)) is var (x, y, z) && Column(2) is var third
        ? x * third.X + y * third.Y + z * third.Z : 0;

    /// <summary>Whether no two voxels share a place, which a matrix demands that can be inverted.</summary>
    internal bool PlacesVoxels =>
        IsFinite && Length(0) * Length(1) * Length(2) is > 0 and var box && Math.Abs(Determinant) > 1e-6 * box;

    internal bool IsFinite => _rows.All(double.IsFinite);

    /// <summary>The same with all lengths times a factor.</summary>
    internal AffineMatrix Scaled(double factor) => new(Array.ConvertAll(_rows, number => number * factor));

    /// <summary>From DICOM's world, LPS+, to RAS+ and back.</summary>
    internal AffineMatrix TurnedAboutZ() => new([.. _rows.Select((number, i) => i < 8 ? -number : number)]);

    /// <summary>From the world back to indices.</summary>
    internal AffineMatrix Inverse()
    {
        var (a, b, c) = (Column(0), Column(1), Column(2));
        var (u, v, w) = (Cross(b, c), Cross(c, a), Cross(a, b));
        var determinant = Determinant;
        var rows = new double[12];
        foreach (var (row, (x, y, z)) in ((int, (double, double, double))[])[(0, u), (1, v), (2, w)])
        {
            (rows[4 * row], rows[4 * row + 1], rows[4 * row + 2]) = (x / determinant, y / determinant, z / determinant);
            rows[4 * row + 3] = -(x * _rows[3] + y * _rows[7] + z * _rows[11]) / determinant;
        }

        return new(rows);
    }

    private static (double X, double Y, double Z) Cross((double X, double Y, double Z) a, (double X, double Y, double Z) b) =>
        (a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    private static double Square(double number) => number * number;
}
