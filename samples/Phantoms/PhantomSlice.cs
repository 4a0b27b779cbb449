using SampleKit;

namespace Phantoms;

/// <summary>One named object of a slice.</summary>
/// <param name="Category">Lower-case English name, a key of <see cref="PhantomGenerator.Categories"/>.</param>
/// <param name="Description">A description of the category's appearance, the same in every slice.</param>
/// <param name="Mask">Height times width, row-major; true = object.</param>
/// <param name="Box">Tight box of the mask.</param>
public sealed record PhantomObject(string Category, string Description, bool[] Mask, PhantomBox Box);

/// <summary>One synthetic medical slice with the masks of its named objects, at most one per category.</summary>
/// <param name="Id">Unique within a seed, valid as a file name.</param>
/// <param name="Modality">One of <see cref="PhantomSettings.AllModalities"/>.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Gray">Height times width gray levels 0..255, row-major. The image's left is the patient's right, as in
/// radiology. For a colored picture, its brightness.</param>
/// <param name="Objects">In painting order. Masks are disjoint except for nested ones: the liver keeps the pixels of its lesion,
/// a thyroid lobe those of its nodule, a lung those of its nodule, and the optic disc those of its cup. A kidney cyst bulges out and
/// takes its pixels from the kidney.</param>
/// <param name="Rgb">Height times width times 3: red, green and blue of every pixel of a colored picture (fundus, dermoscopy,
/// endoscopy); null for a gray one.</param>
public sealed record PhantomSlice(string Id, string Modality, int Height, int Width, byte[] Gray,
    IReadOnlyList<PhantomObject> Objects, byte[]? Rgb = null)
{
    /// <summary>The color of a pixel.</summary>
    /// <param name="pixel">Row-major index.</param>
    public (byte R, byte G, byte B) Color(int pixel) => Rgb is null ? (Gray[pixel], Gray[pixel], Gray[pixel])
        : (Rgb[3 * pixel], Rgb[3 * pixel + 1], Rgb[3 * pixel + 2]);

    /// <summary>The picture as a PNG file, gray or colored.</summary>
    public byte[] ToPng() => Rgb is null ? PngEncoder.Gray(Gray, Height, Width)
        : PngEncoder.Rgba([.. Enumerable.Range(0, Height * Width).SelectMany(i => (byte[])[.. Rgb.AsSpan(3 * i, 3), 255])], Height, Width);
}
