namespace Microsoft.ML.SegSam.Imaging;

/// <summary>How an image is preprocessed for the network. Belongs to the weights and is stored with them.</summary>
/// <exception cref="ArgumentOutOfRangeException">A value is not one of its enumeration.</exception>
internal sealed record Preprocessing(ResizeRule Resize, Resampling Resampling, PixelScaling Scaling, ChannelOrder Order)
{
    /// <summary>For weights trained from scratch (our choice: SAM-Med2D's rule without the loss of nearest neighbor).</summary>
    public static Preprocessing Default { get; } =
        new(ResizeRule.PadOrStretch, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb);

    /// <summary>For the weights of segment-anything and MobileSAM.</summary>
    public static Preprocessing Sam { get; } =
        new(ResizeRule.LongestSide, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb);

    /// <summary>For MedSAM's weights. MedSAM uses the cubic resampling of another library, so single pixels may differ slightly.</summary>
    public static Preprocessing MedSam { get; } =
        new(ResizeRule.Stretch, Resampling.Bicubic, PixelScaling.MinMax, ChannelOrder.Rgb);

    /// <summary>For SAM-Med2D's weights, with the resizing of its training and test data.</summary>
    public static Preprocessing SamMed2D { get; } =
        new(ResizeRule.PadOrStretch, Resampling.Nearest, PixelScaling.MeanStd, ChannelOrder.Rgb);

    public ResizeRule Resize { get; } = Defined(Resize);

    public Resampling Resampling { get; } = Defined(Resampling);

    public PixelScaling Scaling { get; } = Defined(Scaling);

    public ChannelOrder Order { get; } = Defined(Order);

    private static T Defined<T>(T value) where T : struct, Enum =>
        Enum.IsDefined(value) ? value
        : throw new ArgumentOutOfRangeException(typeof(T).Name, value, $"Expected one of {string.Join(", ", Enum.GetNames<T>())}.");
}

/// <summary>How an image of any size becomes the network's square input.</summary>
public enum ResizeRule
{
    /// <summary>
    /// SAM-Med2D's rule: an image that is smaller than the input on both sides keeps its pixels and is padded on all four sides;
    /// any other image is stretched to the square, without keeping its aspect ratio.
    /// </summary>
    PadOrStretch,

    /// <summary>SAM's rule: the longest side is scaled to the input size, and the right or the bottom is padded.</summary>
    LongestSide,

    /// <summary>
    /// Every image is stretched to the square, without keeping its aspect ratio: the rule of MedSAM and of SAM-Med2D's predictor.
    /// </summary>
    Stretch,
}

/// <summary>How an image is resampled to another size.</summary>
public enum Resampling
{
    /// <summary>Bilinear, antialiased when the image shrinks; equal to Pillow to the byte (SAM).</summary>
    Bilinear,

    /// <summary>The nearest pixel, not antialiased; equal to OpenCV's INTER_NEAREST (SAM-Med2D).</summary>
    Nearest,

    /// <summary>Bicubic (a = −0.5), antialiased when the image shrinks; equal to Pillow to the byte (MedSAM).</summary>
    Bicubic,
}

/// <summary>How bytes 0..255 become the network's input values. Padding is 0 after scaling.</summary>
public enum PixelScaling
{
    /// <summary>(pixel − mean) / standard deviation, with ImageNet's values for each channel (SAM and SAM-Med2D).</summary>
    MeanStd,

    /// <summary>
    /// The image's darkest value becomes 0 and its brightest 1, measured over all channels after resizing. A flat image becomes 0 (MedSAM).
    /// </summary>
    MinMax,
}

/// <summary>The order of an image's color channels in the network's input. Gray images are the same in both.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>
    /// Blue, green, red: for weights trained on images as OpenCV reads them. Mean and standard deviation of
    /// <see cref="PixelScaling.MeanStd"/> go by position and are not swapped, as in SAM-Med2D's training.
    /// </summary>
    Bgr,
}
