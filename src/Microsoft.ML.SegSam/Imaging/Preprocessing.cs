namespace Microsoft.ML.SegSam.Imaging;

/// <summary>What is done to an image before the network sees it. Belongs to the weights and is stored with them.</summary>
/// <exception cref="ArgumentOutOfRangeException">A value is none of its enumeration's.</exception>
internal sealed record Preprocessing(ResizeRule Resize, Resampling Resampling, PixelScaling Scaling, ChannelOrder Order)
{
    /// <summary>Of weights trained here from scratch (our choice: SAM-Med2D's rule without the loss of nearest neighbour).</summary>
    public static Preprocessing Default { get; } = new(ResizeRule.PadOrStretch, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb);

    /// <summary>Of segment-anything's weights, and MobileSAM's.</summary>
    public static Preprocessing Sam { get; } = new(ResizeRule.LongestSide, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb);

    /// <summary>Of MedSAM's weights. MedSAM's own cubic is another library's, so single pixels may differ slightly.</summary>
    public static Preprocessing MedSam { get; } = new(ResizeRule.Stretch, Resampling.Bicubic, PixelScaling.MinMax, ChannelOrder.Rgb);

    /// <summary>Of SAM-Med2D's weights, with the resizing of its training and test data.</summary>
    public static Preprocessing SamMed2D { get; } = new(ResizeRule.PadOrStretch, Resampling.Nearest, PixelScaling.MeanStd, ChannelOrder.Rgb);

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
    /// SAM-Med2D's rule: an image smaller than the input on both sides keeps its pixels and is padded on all four sides;
    /// any other is stretched to the square, aspect ratio not kept.
    /// </summary>
    PadOrStretch,

    /// <summary>SAM's rule: the longest side is scaled to the input size, the right or the bottom is padded.</summary>
    LongestSide,

    /// <summary>Straight to the square, aspect ratio not kept, small images too: MedSAM's rule, and that of SAM-Med2D's predictor.</summary>
    Stretch,
}

/// <summary>How pixels of an image are computed at another size.</summary>
public enum Resampling
{
    /// <summary>Bilinear, antialiased where the image shrinks; to the byte as Pillow does it (SAM).</summary>
    Bilinear,

    /// <summary>The nearest pixel, not antialiased; as OpenCV's INTER_NEAREST (SAM-Med2D).</summary>
    Nearest,

    /// <summary>Bicubic (a = −0.5), antialiased where the image shrinks; to the byte as Pillow does it (MedSAM).</summary>
    Bicubic,
}

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
