using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>An image read as a mask. Only this code turns levels into object and background.</summary>
/// <remarks>
/// The rule: a pixel's level is its largest color channel. If there are two levels, whatever they are (0 and 1, 0 and 255), the higher is
/// the object. An image with one level is all object, or empty if that level is 0. Three or more levels, as left by JPEG, smoothing or
/// resizing, are thresholded at half of the format's range: levels above half belong to the object.
/// </remarks>
/// <param name="Pixels">Height x Width bytes, row-major, 0 or 1.</param>
/// <param name="Levels">The number of different levels in the file.</param>
/// <param name="Lowest">The lowest level.</param>
/// <param name="Highest">The highest level.</param>
/// <param name="Range">The highest level that the format can hold.</param>
internal sealed record MaskImage(int Height, int Width, byte[] Pixels, int Levels, int Lowest, int Highest, int Range)
{
    /// <summary>Whether the file stores it in another orientation, given by EXIF.</summary>
    public bool IsTurned { get; init; }

    public bool IsEmpty => !Pixels.AsSpan().Contains((byte)1);

    /// <summary>What a person should check: the kind of each doubt, and what was found.</summary>
    public IEnumerable<(string Kind, string Found)> Doubts
    {
        get
        {
            if (Levels > 2)
            {
                yield return ("more than two levels, thresholded at half of their range (JPEG, smoothed or resized?)",
                    $"{Levels} levels from {Lowest} to {Highest}, thresholded at half of {Range}");
            }
            else if (Levels == 2 && Lowest > 0)
            {
                yield return ("no black pixel", $"level {Lowest} was taken as background and {Highest} as object");
            }

            if (Border() is var (inside, all) && 2 * inside > all)
            {
                yield return ("the object covers most of the image's border (is it black on white?)",
                    $"{inside} of {all} border pixels belong to the object");
            }
        }
    }

    // The number of border pixels that belong to the object, and of all border pixels.
    private (int Inside, int All) Border()
    {
        var (inside, all) = (0, 0);
        for (var i = 0; i < Pixels.Length; i++)
        {
            var (y, x) = Math.DivRem(i, Width);
            if (x > 0 && y > 0 && x < Width - 1 && y < Height - 1)
                continue;
            all++;
            inside += Pixels[i];
        }

        return (inside, all);
    }

    /// <summary>Why there is no object, as a phrase that follows "the mask".</summary>
    public string WhyEmpty => Highest == 0 ? "is empty"
        : $"has levels from {Lowest} to {Highest} and none above half of {Range}, so it contains no object; "
        + "if the levels are numbers of categories or objects, it is a label map: save one black-and-white mask for each";

    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static MaskImage From(MLImage image) => From(PixelImage.From(image));

    /// <exception cref="InvalidDataException">The bytes are not an image, or the file is truncated or damaged.</exception>
    public static MaskImage Decode(ReadOnlySpan<byte> encodedFile) =>
        PngFile.Open(encodedFile) is { Depth: 16 } png && SixteenBitLevels.Read(png, encodedFile) is { } deep
            ? Cut(deep.Height, deep.Width, deep.Levels, ushort.MaxValue) with { IsTurned = deep.IsTurned }
            : From(PixelImage.Decode(encodedFile));

    public static MaskImage From(PixelImage image)
    {
        var levels = new ushort[image.Height * image.Width];
        for (int i = 0, at = 0; i < levels.Length; i++, at += 3)
            levels[i] = Math.Max(image.Rgb[at], Math.Max(image.Rgb[at + 1], image.Rgb[at + 2]));
        return Cut(image.Height, image.Width, levels, byte.MaxValue) with { IsTurned = image.IsTurned };
    }

    public SegmentationMask ToSegmentationMask() =>
        SegmentationMask.FromPixels(MemoryMarshal.Cast<byte, bool>(Pixels), Height, Width); // bytes of 0 and 1 only

    private static MaskImage Cut(int height, int width, ushort[] levels, int range)
    {
        var isUsed = new bool[range + 1];
        foreach (var level in levels)
            isUsed[level] = true;
        var (lowest, highest) = (Array.IndexOf(isUsed, true), Array.LastIndexOf(isUsed, true));
        var count = isUsed.AsSpan().Count(true);
        if (highest <= byte.MaxValue)
            range = byte.MaxValue; // 8 bits, saved as 16
        var above = count switch { 1 => 0, 2 => lowest, _ => range / 2 };
        var pixels = Array.ConvertAll(levels, level => level > above ? (byte)1 : (byte)0);
        return new(height, width, pixels, count, lowest, highest, range);
    }
}

/// <summary>The pixels of a mask, numbered row by row from 0.</summary>
internal static class MaskPixels
{
    /// <summary>Picks one pixel of a mask.</summary>
    /// <param name="mask">Bytes; those that are not 0 belong to the mask.</param>
    /// <param name="choose">Given the number of mask pixels, returns which one to pick, from 0.</param>
    /// <returns>The pixel's index; null if the mask is empty.</returns>
    public static int? Pick(ReadOnlySpan<byte> mask, Func<int, int> choose)
    {
        var count = mask.Length - mask.Count((byte)0);
        if (count == 0)
            return null;
        var left = choose(count);
        for (var i = 0; ; i++)
        {
            if (mask[i] != 0 && left-- == 0)
                return i;
        }
    }
}
