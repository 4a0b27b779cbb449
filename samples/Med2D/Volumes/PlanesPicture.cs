using Med2D.Evidence;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;
using SkiaSharp;

namespace Med2D.Volumes;

/// <summary>Three planes of a volume: the image, the true labels, the ones found.</summary>
internal static class PlanesPicture
{
    private const int Cell = 280, Gap = 6, Caption = 18;

    private static readonly (SlicePlane Plane, string Letters)[] Planes =
        [(SlicePlane.Axial, "R A L P"), (SlicePlane.Coronal, "R S L I"), (SlicePlane.Sagittal, "A S P I")]; // left, top, right, bottom

    /// <returns>A PNG.</returns>
    public static byte[] Draw(MedicalVolume volume, IntensityWindow? window, LabelVolume truth, LabelVolume found)
    {
        (string Title, LabelVolume? Labels)[] rows = [("image", null), ("truth", truth), ("SEG-SAM, from the 3-D boxes", found)];
        var (width, height) = (Planes.Length * (Cell + Gap) + Gap, rows.Length * (Cell + Caption + Gap) + Gap);
        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        foreach (var (column, (plane, letters)) in Planes.Index())
        {
            var index = volume.CountSlices(plane) / 2;
            var slice = volume.ReadSlice(plane, index);
            using var image = slice.ToImage(window);
            using var pixels = SKBitmap.Decode(PngEncoder.Of(image));
            var whole = SKRect.Create(slice.Width, slice.Height);
            // As wide and high as in the patient.
            var (x, y) = (slice.Width * slice.PixelSpacing.X, slice.Height * slice.PixelSpacing.Y);
            var scale = Cell / Math.Max(x, y);
            var (shownX, shownY) = (Math.Round(x * scale), Math.Round(y * scale));
            foreach (var (row, (title, labels)) in rows.Index())
            {
                var (left, top) = (Gap + column * (Cell + Gap), Gap + row * (Cell + Caption + Gap));
                var cell = SKRect.Create(left + (int)(Cell - shownX) / 2, top + (int)(Cell - shownY) / 2, (float)shownX, (float)shownY);
                using var smooth = new SKPaint { FilterQuality = SKFilterQuality.Medium };
                canvas.DrawBitmap(pixels, whole, cell, smooth);
                foreach (var label in labels?.Labels ?? [])
                {
                    var mask = labels!.ReadMask(label, plane, index);
                    if (mask.Area > 0)
                        MaskPainter.Paint(canvas, mask.ToPixels(), slice.Width, whole, cell, Rgb.FromPalette(label));
                }

                Letter(canvas, cell, letters);
                MaskPainter.Write(canvas, column == 0 ? title : plane.ToString().ToLowerInvariant(), left,
                    top + Cell + MaskPainter.TextSize + 2, Cell);
            }
        }

        return PngEncoder.Rgba(sheet.Bytes, height, width);
    }

    // Which side of the patient lies where: left, top, right, bottom.
    private static void Letter(SKCanvas canvas, SKRect cell, string letters)
    {
        using var paint = new SKPaint { Color = SKColors.Yellow, TextSize = MaskPainter.TextSize, IsAntialias = true };
        (float X, float Y)[] places =
            [(cell.Left + 3, cell.MidY), (cell.MidX, cell.Top + 12), (cell.Right - 12, cell.MidY), (cell.MidX, cell.Bottom - 4)];
        foreach (var (letter, place) in letters.Split(' ').Zip(places))
            canvas.DrawText(letter, place.X, place.Y, paint);
    }
}
