using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Imaging.Decoding;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Creates the network's input. No other code does.</summary>
internal static class ImageTensor
{
    /// <summary>
    /// Scales the pixels of each image in float32, then pads with 0, which is the mean color, or the image's darkest level.
    /// </summary>
    /// <returns>B x 3 x S x S numbers.</returns>
    /// <exception cref="ArgumentException">There is no image, or the input sizes differ.</exception>
    public static float[] Values(IReadOnlyList<NetworkImage> images, PixelScaling scaling)
    {
        var values = new float[images.Count * 3 * SideOf(images) * SideOf(images)];
        Fill(values, images, scaling);
        return values;
    }

    /// <summary>The same as a tensor, written straight into its memory.</summary>
    /// <returns>[B, 3, S, S]; the caller disposes it.</returns>
    /// <inheritdoc cref="Values" path="/exception"/>
    public static Tensor Stack(IReadOnlyList<NetworkImage> images, PixelScaling scaling, Device device)
    {
        using var scope = NewDisposeScope();
        var size = SideOf(images);
        var stacked = zeros([images.Count, 3, size, size]);
        Fill(MemoryMarshal.Cast<byte, float>(stacked.bytes), images, scaling);
        return stacked.to(device).MoveToOuterDisposeScope();
    }

    private static int SideOf(IReadOnlyList<NetworkImage> images)
    {
        if (images.Count == 0)
            throw new ArgumentException("Expected at least one image, found none.", nameof(images));
        var size = images[0].Geometry.InputSize;
        var other = images.Index().FirstOrDefault(image => image.Item.Geometry.InputSize != size);
        return other.Item is null ? size : throw new ArgumentException("All images of a batch must have one input size: "
            + $"image 0 has {size}, image {other.Index} has {other.Item.Geometry.InputSize}.");
    }

    private static void Fill(Span<float> values, IReadOnlyList<NetworkImage> images, PixelScaling scaling)
    {
        var length = values.Length / images.Count;
        foreach (var (i, image) in images.Index())
            Fill(values.Slice(i * length, length), image, scaling);
    }

    // One plane per channel; the padding stays 0.
    private static void Fill(Span<float> planes, NetworkImage image, PixelScaling scaling)
    {
        var (geometry, pixels) = image;
        var size = geometry.InputSize;
        var allLevels = PixelLevels.For(scaling, pixels);
        for (var channel = 0; channel < 3; channel++)
        {
            var levels = allLevels.AsSpan(channel * PixelLevels.Count, PixelLevels.Count);
            for (var y = 0; y < geometry.ScaledHeight; y++)
            {
                var row = planes.Slice((channel * size + geometry.OffsetY + y) * size + geometry.OffsetX, geometry.ScaledWidth);
                var from = y * geometry.ScaledWidth * 3 + channel;
                for (var x = 0; x < row.Length; x++, from += 3)
                    row[x] = levels[pixels[from]];
            }
        }
    }
}

/// <summary>Lookup tables for scaling bytes: 256 numbers for each of the three channels.</summary>
internal static class PixelLevels
{
    public const int Count = 256;

    // ImageNet's, for bytes; SAM's and SAM-Med2D's code have the same numbers.
    private static readonly float[] Mean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] Std = [58.395f, 57.12f, 57.375f];
    private static readonly float[] MeanStd =
        [.. Enumerable.Range(0, 3 * Count).Select(i => (i % Count - Mean[i / Count]) / Std[i / Count])];

    /// <summary>The divisors of <see cref="PixelScaling.MeanStd"/> for red, green and blue.</summary>
    public static IReadOnlyList<float> Deviations => Std;

    /// <param name="scaling">How bytes become numbers.</param>
    /// <param name="pixels">The image's bytes, at least one.</param>
    /// <returns>3 x 256, channel after channel.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scaling is not a value of the enumeration.</exception>
    public static float[] For(PixelScaling scaling, byte[] pixels) => scaling switch
    {
        PixelScaling.MeanStd => MeanStd,
        PixelScaling.MinMax => MinMax(pixels.Min(), pixels.Max()),
        _ => throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "Expected MeanStd or MinMax."),
    };

    // The only value of a flat image is its minimum, so any divisor above 0 gives 0.
    private static float[] MinMax(byte min, byte max)
    {
        float range = Math.Max(1, max - min);
        return [.. Enumerable.Range(0, 3 * Count).Select(i => (i % Count - min) / range)];
    }
}

/// <summary>
/// An image resized for the network, with its channels in the network's order, before scaling and padding. Small enough for a cache.
/// </summary>
/// <param name="Geometry">Where the resized image lies in the input.</param>
/// <param name="Pixels">ScaledHeight x ScaledWidth x 3 bytes. Equality of records compares the array's reference.</param>
internal sealed record NetworkImage(ImageGeometry Geometry, byte[] Pixels)
{
    private string? _key;

    /// <summary>
    /// Equal for equal network inputs, and so for equal embeddings: SHA-256 of the pixels and of their place in the input, in
    /// hexadecimal.
    /// </summary>
    public string Key => _key ??= Digest();

    /// <summary>Resizes an image and orders its channels.</summary>
    /// <param name="part">What the network shall see of the image; null for all of it.</param>
    public static NetworkImage From(PixelImage image, int inputSize, Preprocessing preprocessing, RegionBox? part = null)
    {
        var geometry = part is { } seen
            ? ImageGeometry.For(image.Height, image.Width, seen, inputSize, preprocessing.Resize)
            : ImageGeometry.For(image.Height, image.Width, inputSize, preprocessing.Resize);
        if (!geometry.IsWhole)
            image = image.Crop(geometry.Part.X0, geometry.Part.Y0, geometry.Part.Width, geometry.Part.Height);
        var rgb = PixelResizer.Resize(image, geometry.ScaledHeight, geometry.ScaledWidth, preprocessing.Resampling);
        return new(geometry, preprocessing.Order == ChannelOrder.Rgb ? rgb : Swapped(rgb));
    }

    private string Digest()
    {
        var (geometry, pixels) = this;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{geometry.ScaledHeight} {geometry.ScaledWidth} {geometry.OffsetX} {geometry.OffsetY} {geometry.InputSize} ")));
        hash.AppendData(pixels);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // A copy, because resizing to the same size returns the caller's array.
    private static byte[] Swapped(byte[] rgb)
    {
        var bgr = new byte[rgb.Length];
        for (var i = 0; i < rgb.Length; i += 3)
            (bgr[i], bgr[i + 1], bgr[i + 2]) = (rgb[i + 2], rgb[i + 1], rgb[i]);
        return bgr;
    }
}

internal static class Arrays
{
    /// <summary>Concatenates arrays; a single one is returned as it is.</summary>
    public static T[] Join<T>(IReadOnlyList<T[]> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        var all = new T[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }
}
