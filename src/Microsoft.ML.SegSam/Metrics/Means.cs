namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Means of distances, some of which may be infinite or not there.</summary>
internal static class Means
{
    /// <returns>The mean of the finite values; NaN when there are none.</returns>
    public static double OfFinite(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
