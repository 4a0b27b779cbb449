using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>An image read as a mask. The one place where levels become object and background.</summary>
/// <remarks>
/// The rule: a pixel's level is its largest color channel. Of two levels the higher is the object, whatever they are (0 and 1, 0 and 255); an image of
/// one level is all object, or empty where that is 0. Three levels and more, as JPEG, smoothing and resizing leave them, are cut at half of the
/// format's range. Levels above half belong to the object.
/// </remarks>
/// <param name="Pixels">Height x Width bytes, row-major, 0 or 1.</param>
/// <param name="Levels">How many different levels the file holds.</param>
/// <param name="Lowest">The lowest level.</param>
/// <param name="Highest">The highest level.</param>
/// <param name="Range">The highest level that the format can hold.</param>
internal sealed record MaskImage(int Height, int Width, byte[] Pixels, int Levels, int Lowest, int Highest, int Range)
{
    /// <summary>Whether the file stores it otherwise, and EXIF says how to turn it.</summary>
    public bool IsTurned { get; init; }

    public bool IsEmpty => !Pixels.AsSpan().Contains((byte)1);

    /// <summary>What a person should look at: the kind of each doubt, and what was found.</summary>
    public IEnumerable<(string Kind, string Found)> Doubts
    {
        get
        {
            if (Levels > 2)
                yield return ("more than two levels, cut at half of their range (JPEG, smoothed or resized?)", $"{Levels} levels from {Lowest} to {Highest}, cut at half of {Range}");
            else if (Levels == 2 && Lowest > 0)
                yield return ("no black pixel", $"level {Lowest} was taken for the background and {Highest} for the object");
            if (Border() is var (inside, all) && 2 * inside > all)
                yield return ("the object takes up most of the image's border (is it black on white?)", $"{inside} of {all} pixels of the border are object");
        }
    }

    // How many pixels of the border are object, and how many there are.
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

    /// <summary>Why there is no object, in words that follow "the mask".</summary>
    public string WhyEmpty => Highest == 0 ? "is empty"
        : $"has levels from {Lowest} to {Highest} and none above half of {Range}, so no object is left; if the levels are numbers of categories or objects, it is a label map: "
        + "save one mask for each, black and white";

    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static MaskImage From(MLImage image) => From(PixelImage.From(image));

    /// <exception cref="InvalidDataException">The bytes are not an image, or the file is cut off or damaged.</exception>
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

    public SegmentationMask ToSegmentationMask() => SegmentationMask.FromPixels(MemoryMarshal.Cast<byte, bool>(Pixels), Height, Width); // bytes of 0 and 1 only

    private static MaskImage Cut(int height, int width, ushort[] levels, int range)
    {
        var isUsed = new bool[range + 1];
        foreach (var level in levels)
            isUsed[level] = true;
        var (lowest, highest, count) = (Array.IndexOf(isUsed, true), Array.LastIndexOf(isUsed, true), isUsed.AsSpan().Count(true));
        if (highest <= byte.MaxValue)
            range = byte.MaxValue; // 8 bits, saved as 16
        var above = count switch { 1 => 0, 2 => lowest, _ => range / 2 };
        return new(height, width, Array.ConvertAll(levels, level => level > above ? (byte)1 : (byte)0), count, lowest, highest, range);
    }
}

/// <summary>The pixels of a mask, numbered row by row from 0.</summary>
internal static class MaskPixels
{
    /// <summary>One pixel of a mask.</summary>
    /// <param name="mask">Bytes, of which those that are not 0 belong to the mask.</param>
    /// <param name="choose">From how many pixels the mask has to the number of the one that is wanted.</param>
    /// <returns>Its index; null where the mask is empty.</returns>
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
