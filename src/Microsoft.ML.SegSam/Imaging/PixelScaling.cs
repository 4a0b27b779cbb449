namespace Microsoft.ML.SegSam.Imaging;

/// <summary>How bytes 0..255 become the numbers that the network gets. Padding is 0 after it.</summary>
public enum PixelScaling
{
    /// <summary>(pixel − mean) / deviation, ImageNet's for each channel: SAM and SAM-Med2D.</summary>
    MeanStd,

    /// <summary>
    /// The image's darkest value becomes 0 and its brightest 1, all channels together, taken after resizing; a flat image
    /// becomes 0: MedSAM.
    /// </summary>
    MinMax,
}
