namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Where a slice lies, and how its numbers become values: of a file, or of a frame of an enhanced file.</summary>
/// <param name="Position">Of the first pixel's center, in LPS+ mm; null where it is unknown.</param>
/// <param name="RowDirection">Unit vector along a row, towards higher columns; null where the orientation is unknown.</param>
/// <param name="ColumnDirection">Unit vector down a column.</param>
/// <param name="SpacingX">Distance of neighboring columns in mm; null where it is unknown.</param>
/// <param name="SpacingY">Distance of neighboring rows.</param>
/// <param name="Thickness">Of the slice; null where it is unknown. It is not the distance of slices.</param>
internal sealed record DicomPlace(
    double[]? Position, double[]? RowDirection, double[]? ColumnDirection, double? SpacingX, double? SpacingY, double? Thickness,
    double Slope, double Intercept)
{
    private const double Tolerance = 1e-3; // of unit vectors at right angles

    /// <summary>Row cross column; where slices follow each other.</summary>
    public double[]? Normal => RowDirection is not { } r || ColumnDirection is not { } c ? null
        : [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]];

    /// <summary>How far the slice lies along its normal.</summary>
    public double? Height => Normal is { } n && Position is { } p ? n[0] * p[0] + n[1] * p[1] + n[2] * p[2] : null;

    /// <param name="groups">Data sets that may say it, the most particular first.</param>
    /// <param name="warn">Receives what is there and of no use.</param>
    /// <exception cref="InvalidDataException">The numbers are scaled by what is no number.</exception>
    public static DicomPlace Of(IReadOnlyList<DicomDataset> groups, Action<string> warn)
    {
        var position = Numbers(DicomTag.Position);
        if (position.Length > 0 && !(position.Length == 3 && position.All(double.IsFinite)))
            (position, _) = ([], Note("ImagePositionPatient is not three numbers: the slice's place is unknown."));
        var (row, column) = Directions(Numbers(DicomTag.Orientation), warn);
        var (x, y) = Spacing(Numbers(DicomTag.PixelSpacing), warn);
        var thickness = Numbers(DicomTag.SliceThickness) is [> 0 and var number, ..] && double.IsFinite(number) ? number : default(double?);
        var (slope, intercept) = Rescale(Numbers(DicomTag.RescaleSlope), Numbers(DicomTag.RescaleIntercept));
        return new(position.Length == 0 ? null : position, row, column, x, y, thickness, slope, intercept);

        double[] Numbers(DicomTag tag) => groups.FirstOrDefault(group => group.Has(tag))?.Decimals(tag) ?? [];

        bool Note(string text)
        {
            warn(text);
            return true;
        }
    }

    private static (double[]?, double[]?) Directions(double[] numbers, Action<string> warn)
    {
        if (numbers.Length == 0)
            return (null, null);
        if (numbers.Length == 6 && numbers.All(double.IsFinite))
        {
            var (row, column) = (numbers[..3], numbers[3..]);
            double Product(double[] a, double[] b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
            if (Math.Abs(Product(row, row) - 1) <= Tolerance && Math.Abs(Product(column, column) - 1) <= Tolerance
                && Math.Abs(Product(row, column)) <= Tolerance)
                return (row, column);
        }

        warn("ImageOrientationPatient is not two unit vectors at right angles: the orientation is unknown.");
        return (null, null);
    }

    // PixelSpacing is the distance of rows, then that of columns.
    private static (double? X, double? Y) Spacing(double[] numbers, Action<string> warn)
    {
        if (numbers.Length == 0)
            return (null, null);
        if (numbers is [> 0 and var y, > 0 and var x] && double.IsFinite(x) && double.IsFinite(y))
            return (x, y);
        warn("PixelSpacing is not two numbers above 0: the spacing is unknown.");
        return (null, null);
    }

    private static (double, double) Rescale(double[] slope, double[] intercept)
    {
        if (slope.Length == 0 && intercept.Length == 0)
            return (1, 0);
        var (factor, offset) = (slope is [var a, ..] ? a : 1, intercept is [var b, ..] ? b : 0);
        return double.IsFinite(factor) && double.IsFinite(offset) && factor != 0 ? (factor, offset)
            : throw new InvalidDataException(FormattableString.Invariant(
                $"Values are scaled by slope {factor:R} and intercept {offset:R}; expected numbers, the first not 0."));
    }
}
