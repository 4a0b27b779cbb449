namespace Microsoft.ML.SegSam.Imaging;

/// <summary>An image scaled for the network, before normalising and padding; small enough to keep in a cache.</summary>
/// <param name="Geometry">Where the scaled image lies in the input.</param>
/// <param name="ScaledRgb">ScaledHeight x ScaledWidth x 3 bytes. Equality of two records is that of the array's reference.</param>
internal sealed record NetworkImage(ImageGeometry Geometry, byte[] ScaledRgb)
{
    /// <summary>Scales an image by a rule, antialiased bilinear.</summary>
    public static NetworkImage From(PixelImage image, int inputSize, ResizeRule rule)
    {
        var geometry = ImageGeometry.For(image.Height, image.Width, inputSize, rule);
        return new(geometry, PixelResizer.Bilinear(image, geometry.ScaledHeight, geometry.ScaledWidth));
    }
}
