namespace Microsoft.ML.SegSam.Volumes.Geometry;

/// <summary>
/// How the axes of a file become those that are nearest to RAS: permuted and turned round, never resampled (nibabel's rule, as
/// as_closest_canonical).
/// </summary>
/// <param name="FileAxis">For each canonical axis (right, front, head) the file's axis.</param>
/// <param name="Flipped">For each canonical axis whether the file counts the other way.</param>
internal sealed record AxisOrder(int[] FileAxis, bool[] Flipped)
{
    private const string Ends = "LRPAIS";

    /// <summary>For each axis of the file the side towards which its index grows: R or L, A or P, S or I.</summary>
    public string Codes => string.Concat(Enumerable.Range(0, 3).Select(file => Array.IndexOf(FileAxis, file) is var axis
        ? Ends[2 * axis + (Flipped[axis] ? 0 : 1)] : '?'));

    /// <param name="affine">Not singular.</param>
    public static AxisOrder Of(AffineMatrix affine)
    {
        var nearest = NearestRotation(affine);
        var (axes, flipped) = (new int[] { -1, -1, -1 }, new bool[3]);
        for (var file = 0; file < 3; file++)
        {
            var best = Enumerable.Range(0, 3).Where(axis => axes[axis] < 0).MaxBy(axis => Math.Abs(nearest[axis, file]));
            (axes[best], flipped[best]) = (file, nearest[best, file] < 0);
        }

        return new(axes, flipped);
    }

    /// <summary>Sizes, and whatever else belongs to the file's axes, in canonical order.</summary>
    public T[] Permute<T>(IReadOnlyList<T> ofFile) => [.. FileAxis.Select(axis => ofFile[axis])];

    /// <summary>The affine of the canonical axes.</summary>
    /// <param name="size">Of the file's axes.</param>
    public AffineMatrix Reorient(AffineMatrix affine, IReadOnlyList<int> size)
    {
        var rows = new double[12];
        for (var row = 0; row < 3; row++)
        {
            rows[4 * row + 3] = affine[row, 3];
            for (var axis = 0; axis < 3; axis++)
            {
                var (file, sign) = (FileAxis[axis], Flipped[axis] ? -1 : 1);
                rows[4 * row + axis] = sign * affine[row, file];
                rows[4 * row + 3] += Flipped[axis] ? (size[file] - 1) * affine[row, file] : 0;
            }
        }

        return new(rows);
    }

    /// <summary>The file's index of a canonical one, and with it of its value.</summary>
    public (int I, int J, int K) ToFile(ReadOnlySpan<int> canonical, IReadOnlyList<int> size)
    {
        Span<int> index = stackalloc int[3];
        for (var axis = 0; axis < 3; axis++)
            index[FileAxis[axis]] = Flipped[axis] ? size[FileAxis[axis]] - 1 - canonical[axis] : canonical[axis];
        return (index[0], index[1], index[2]);
    }

    // The orthogonal matrix nearest to the one with unit columns: its polar factor, by Newton's iteration (Higham 1986).
    private static double[,] NearestRotation(AffineMatrix affine)
    {
        var matrix = new double[3, 3];
        for (var column = 0; column < 3; column++)
        {
            var length = affine.Length(column);
            for (var row = 0; row < 3; row++)
                matrix[row, column] = affine[row, column] / length;
        }

        for (var step = 0; step < 60; step++)
        {
            var change = 0.0;
            var cofactors = Cofactors(matrix);
            var determinant = matrix[0, 0] * cofactors[0, 0] + matrix[0, 1] * cofactors[0, 1] + matrix[0, 2] * cofactors[0, 2];
            for (var row = 0; row < 3; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    // Cofactors over determinant: the inverse, transposed.
                    var next = (matrix[row, column] + cofactors[row, column] / determinant) / 2;
                    change += Math.Abs(next - matrix[row, column]);
                    matrix[row, column] = next;
                }
            }

            if (change < 1e-14)
                break;
        }

        return matrix;
    }

    private static double[,] Cofactors(double[,] m)
    {
        var cofactors = new double[3, 3];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                var (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
                cofactors[row, column] = m[r1, c1] * m[r2, c2] - m[r1, c2] * m[r2, c1];
            }
        }

        return cofactors;
    }
}
