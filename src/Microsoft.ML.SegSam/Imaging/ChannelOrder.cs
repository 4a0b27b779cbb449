namespace Microsoft.ML.SegSam.Imaging;

/// <summary>The order in which the network gets an image's colours. Grey images are the same in both.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>
    /// Blue, green, red: for weights trained on images as OpenCV reads them. Mean and deviation of <see cref="PixelScaling.MeanStd"/>
    /// go by position and are not swapped, as in SAM-Med2D's training.
    /// </summary>
    Bgr,
}
