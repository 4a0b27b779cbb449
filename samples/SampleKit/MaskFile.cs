using Microsoft.ML.SegSam.Imaging;

namespace SampleKit;

/// <summary>Reads and checks mask files.</summary>
public static class MaskFile
{
    /// <summary>The tight box of the object: x0, y0, x1, y1 in pixels, right and bottom exclusive.</summary>
    /// <param name="expected">Width and height of the image.</param>
    /// <param name="leftOut">Receives a mask without a pixel, and doubts about masks that are used.</param>
    /// <returns>null if the mask is left out.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The mask has another size than its image, is a label map or damaged; strict: or
    /// empty.</exception>
    public static float[]? TightBox(string maskPath, (int Width, int Height) expected, LeftOut leftOut)
    {
        var mask = ImageFile.ReadMask(maskPath, out var doubts);
        if ((mask.Width, mask.Height) != expected)
        {
            throw new InvalidDataException($"The mask '{maskPath}' is {mask.Width} x {mask.Height} pixels (width x height), " +
                $"its image {expected.Width} x {expected.Height}; they must have the same size." + (expected == (mask.Height, mask.Width)
                    ? " Images are rotated upright according to EXIF: was one of the two made without that?" : ""));
        }

        if (mask.Box is not { } box)
        {
            leftOut.Add("masks without a pixel", $"The mask '{maskPath}' is empty; it needs a pixel that is not black");
            return null;
        }

        foreach (var (kind, found) in doubts)
            leftOut.Doubt("masks: " + kind, $"'{maskPath}': {found}");
        return [box.X0, box.Y0, box.X1, box.Y1];
    }
}
