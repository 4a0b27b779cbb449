using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Volumes.Nifti;

/// <summary>Where the voxels of a NIfTI file lie, in millimeters.</summary>
internal static class NiftiForm
{
    private const int Meter = 1, Micrometer = 3;
    private const double HalfTurn = 1e-7; // 1 - (b² + c² + d²) below it is a half turn, rounded (the standard's own code)
    private const double TooLong = 1e-2; // our choice: beyond rounding, b, c and d are no quaternion

    /// <returns>The affine, and whether the header knows how the axes lie in the patient.</returns>
    /// <exception cref="InvalidDataException">The header places the voxels nowhere.</exception>
    public static (AffineMatrix Affine, bool IsKnown) Of(NiftiHeader header)
    {
        var factor = (header.Units & 7) switch { Meter => 1000.0, Micrometer => 0.001, _ => 1 };
        var sform = header.SformCode > 0 ? new AffineMatrix(header.Sform) : default(AffineMatrix?);
        if (sform is { } matrix && matrix.PlacesVoxels)
            return (matrix.Scaled(factor), true);
        if (header.QformCode > 0)
        {
            var qform = Qform(header);
            return qform.PlacesVoxels ? (qform.Scaled(factor), true) : throw new InvalidDataException(
                "The header's qform places all voxels on one plane, or nowhere: its pixdim or its offset is 0 or no number.");
        }

        if (sform is not null)
            throw new InvalidDataException("The header's sform places all voxels on one plane, or nowhere, and there is no qform.");
        var (x, y, z) = (header.Pixdim[1], header.Pixdim[2], header.Pixdim[3]);
        var plain = new AffineMatrix([x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0]);
        return plain.PlacesVoxels && x > 0 && y > 0 && z > 0 ? (plain.Scaled(factor), false)
            : throw new InvalidDataException("The header has neither sform nor qform, and its pixdim has no spacing above 0.");
    }

    private static AffineMatrix Qform(NiftiHeader header)
    {
        var (b, c, d) = (header.Qform[0], header.Qform[1], header.Qform[2]);
        var length = b * b + c * c + d * d;
        if (!double.IsFinite(length) || length > 1 + TooLong)
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"The header's quaternion is no rotation: b² + c² + d² is {length:0.###}; expected at most 1."));
        }

        double a = 0;
        if (1 - length < HalfTurn)
            (b, c, d) = (b / Math.Sqrt(length), c / Math.Sqrt(length), d / Math.Sqrt(length));
        else
            a = Math.Sqrt(1 - length);
        var (x, y, z) = (header.Pixdim[1], header.Pixdim[2], header.Pixdim[3]);
        if (!(x > 0 && y > 0 && z > 0))
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"The header's pixdim is {x:0.###}, {y:0.###}, {z:0.###}; expected spacings above 0."));
        }

        z *= header.Pixdim[0] < 0 ? -1 : 1;
        return new(
        [
            (a * a + b * b - c * c - d * d) * x, 2 * (b * c - a * d) * y, 2 * (b * d + a * c) * z, header.Qform[3],
            2 * (b * c + a * d) * x, (a * a + c * c - b * b - d * d) * y, 2 * (c * d - a * b) * z, header.Qform[4],
            2 * (b * d - a * c) * x, 2 * (c * d + a * b) * y, (a * a + d * d - b * b - c * c) * z, header.Qform[5],
        ]);
    }
}
