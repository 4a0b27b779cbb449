using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>
/// The crops and points of segment-anything's automatic masks: layers of crops of the image, and a grid of points in each crop.
/// </summary>
internal static class CropGrid
{
    /// <summary>The whole image (layer 0), then 2 x 2 crops, 4 x 4 and so on; neighbors overlap.</summary>
    /// <param name="overlapRatio">Overlap of the first layer's crops as a fraction of the image's shorter side; halved with each further
    /// layer.</param>
    public static IReadOnlyList<(RegionBox Box, int Layer)> Crops(int height, int width, int layers, double overlapRatio)
    {
        var crops = new List<(RegionBox, int)> { (new(0, 0, width, height), 0) };
        for (var layer = 1; layer <= layers; layer++)
        {
            var perSide = 1 << layer;
            var overlap = (int)(overlapRatio * Math.Min(height, width) * (2.0 / perSide));
            var (cropWidth, cropHeight) = (Length(width, perSide, overlap), Length(height, perSide, overlap));
            for (var column = 0; column < perSide; column++)
            {
                for (var row = 0; row < perSide; row++)
                {
                    var (x, y) = ((cropWidth - overlap) * column, (cropHeight - overlap) * row);
                    if (x < width && y < height) // images of a few pixels have no room for all crops
                        crops.Add((new(x, y, Math.Min(x + cropWidth, width), Math.Min(y + cropHeight, height)), layer));
                }
            }
        }

        return crops;
    }

    /// <summary>
    /// perSide x perSide points, evenly spaced, half a step away from the edges, row by row; in pixels of a crop of this size.
    /// </summary>
    public static IEnumerable<(float X, float Y)> Points(int perSide, int height, int width) =>
        from row in Enumerable.Range(0, perSide)
        from column in Enumerable.Range(0, perSide)
        select ((float)((column + 0.5) / perSide * width), (float)((row + 0.5) / perSide * height));

    private static int Length(int side, int perSide, int overlap) => (int)Math.Ceiling((overlap * (perSide - 1) + side) / (double)perSide);
}
