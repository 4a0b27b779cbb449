using Microsoft.ML.SegSam.Volumes.Dicom;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>The distances of the slices of a series.</summary>
internal static class SliceSteps
{
    /// <summary>The distance that neighboring slices have, in mm; null for a single slice, and where they differ.</summary>
    /// <param name="slices">In the order of their places.</param>
    public static double? Of(IReadOnlyList<DicomSlice> slices)
    {
        if (slices.Count < 2 || slices.Any(slice => slice.Place.Height is null))
            return null;
        var heights = slices.Select(slice => slice.Place.Height!.Value).ToList();
        var mean = (heights[^1] - heights[0]) / (heights.Count - 1);
        var tolerance = Math.Max(0.01, 0.01 * mean); // as volumes of DICOM are read
        return heights.Zip(heights.Skip(1), (a, b) => Math.Abs(b - a - mean)).All(off => off <= tolerance) ? mean : null;
    }
}
