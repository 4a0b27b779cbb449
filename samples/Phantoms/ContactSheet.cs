using SampleKit;

namespace Phantoms;

/// <summary>Slices on one picture, each side by side with a copy that has colored outlines, for visual inspection.</summary>
public static class ContactSheet
{
    private const int Zoom = 2;
    private const int Gap = 4;

    private static readonly (byte R, byte G, byte B)[] Colors =
        [(255, 80, 80), (80, 220, 80), (90, 150, 255), (255, 220, 60), (255, 120, 255), (80, 230, 230), (255, 160, 60)];

    /// <summary>Writes a PNG at twice the slices' size; all slices must have the same size.</summary>
    /// <param name="path">The PNG file to write.</param>
    /// <param name="slices">One or more slices.</param>
    /// <param name="pairsPerRow">Slices side by side, each taking two cells.</param>
    /// <exception cref="ArgumentException">There are no slices.</exception>
    public static void Write(string path, IReadOnlyList<PhantomSlice> slices, int pairsPerRow = 3)
    {
        if (slices.Count == 0)
            throw new ArgumentException("A contact sheet needs at least one slice; found none.", nameof(slices));
        var cell = slices[0].Width * Zoom + Gap;
        var width = cell * 2 * Math.Min(pairsPerRow, slices.Count);
        var height = cell * ((slices.Count + pairsPerRow - 1) / pairsPerRow);
        var rgba = new byte[width * height * 4];
        for (var i = 3; i < rgba.Length; i += 4)
            rgba[i] = 255;
        for (var i = 0; i < slices.Count; i++)
        {
            var (row, column) = Math.DivRem(i, pairsPerRow);
            for (var y = 0; y < slices[i].Height * Zoom; y++)
            {
                for (var x = 0; x < slices[i].Width * Zoom; x++)
                {
                    var at = ((row * cell + y) * width + column * 2 * cell + x) * 4;
                    var color = slices[i].Color(y / Zoom * slices[i].Width + x / Zoom);
                    Put(at, color);
                    Put(at + cell * 4, Outline(slices[i], x, y) ?? color);
                }
            }
        }

        File.WriteAllBytes(path, PngEncoder.Rgba(rgba, height, width));

        void Put(int at, (byte R, byte G, byte B) color) => (rgba[at], rgba[at + 1], rgba[at + 2]) = color;
    }

    // The last object painted is on top; a zoomed pixel is on the outline if it is inside and one of its four neighbors is not.
    private static (byte R, byte G, byte B)? Outline(PhantomSlice slice, int x, int y)
    {
        for (var i = slice.Objects.Count - 1; i >= 0; i--)
        {
            var mask = slice.Objects[i].Mask;
            if (Inside(x, y) && !(Inside(x - 1, y) && Inside(x + 1, y) && Inside(x, y - 1) && Inside(x, y + 1)))
                return Colors[(i + (slice.Rgb is null ? 0 : 1)) % Colors.Length]; // colored pictures contain much red

            bool Inside(int atX, int atY) => atX >= 0 && atY >= 0 && atX < slice.Width * Zoom && atY < slice.Height * Zoom
                && mask[atY / Zoom * slice.Width + atX / Zoom];
        }

        return null;
    }
}
