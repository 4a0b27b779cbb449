using Microsoft.ML.SegSam.Imaging;

namespace SampleKit;

/// <summary>What a mask file says of its object.</summary>
public static class MaskFile
{
    /// <summary>x0, y0, x1, y1 in pixels around the object, right and bottom just outside.</summary>
    /// <param name="expected">Width and height of the image.</param>
    /// <param name="leftOut">Receives a mask without a pixel, and what is odd about masks that are used.</param>
    /// <returns>null where the mask is left out.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The mask is not of its image's size, a label map or not a whole image; strict: or empty.</exception>
    public static float[]? TightBox(string maskPath, (int Width, int Height) expected, LeftOut leftOut)
    {
        var mask = ImageFile.ReadMask(maskPath, out var doubts);
        if ((mask.Width, mask.Height) != expected)
        {
            throw new InvalidDataException($"The mask '{maskPath}' is {mask.Width} x {mask.Height} pixels (width x height), " +
                $"its image {expected.Width} x {expected.Height}; they must be of one size." + (expected == (mask.Height, mask.Width)
                    ? " Images are read upright, as EXIF says: was one of the two made without that?" : ""));
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
