namespace Microsoft.ML.SegSam.Imaging;

/// <summary>An image resized for the network, its channels in the network's order, before scaling and padding; small enough to keep in a cache.</summary>
/// <param name="Geometry">Where the resized image lies in the input.</param>
/// <param name="Pixels">ScaledHeight x ScaledWidth x 3 bytes. Equality of two records is that of the array's reference.</param>
internal sealed record NetworkImage(ImageGeometry Geometry, byte[] Pixels)
{
    /// <summary>Resizes an image and brings its channels in order.</summary>
    public static NetworkImage From(PixelImage image, int inputSize, Preprocessing preprocessing)
    {
        var geometry = ImageGeometry.For(image.Height, image.Width, inputSize, preprocessing.Resize);
        var rgb = PixelResizer.Resize(image, geometry.ScaledHeight, geometry.ScaledWidth, preprocessing.Resampling);
        return new(geometry, preprocessing.Order == ChannelOrder.Rgb ? rgb : Swapped(rgb));
    }

    // A copy: what is resized to its own size is still the caller's array.
    private static byte[] Swapped(byte[] rgb)
    {
        var bgr = new byte[rgb.Length];
        for (var i = 0; i < rgb.Length; i += 3)
            (bgr[i], bgr[i + 1], bgr[i + 2]) = (rgb[i + 2], rgb[i + 1], rgb[i]);
        return bgr;
    }
}
