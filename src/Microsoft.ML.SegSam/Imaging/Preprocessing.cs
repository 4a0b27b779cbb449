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
