using Phantoms;
using SkiaSharp;

namespace Studio;

/// <summary>Made-up slices to begin with; none was trained on.</summary>
internal sealed class SamplePhantoms(IReadOnlyList<string> modalities)
{
    private const int Seed = 1_000_004, Side = 512, OfEach = 2;
    private readonly Lazy<IReadOnlyDictionary<string, SamplePhantom>> _samples = new(() =>
        Paint(modalities).AsParallel().AsOrdered().Select(Show).ToList().ToDictionary(each => each.Id));

    /// <summary>In the order of the gallery; painted when first asked for.</summary>
    public IReadOnlyDictionary<string, SamplePhantom> All => _samples.Value;

    private static IEnumerable<PhantomSlice> Paint(IReadOnlyList<string> modalities) =>
        PhantomGenerator.Create(Seed, OfEach * modalities.Count, Side, new() { Modalities = modalities });

    private static SamplePhantom Show(PhantomSlice slice) => new(slice.Id, TitleOf(slice.Modality), Png(slice));

    private static string TitleOf(string modality) =>
        modality.Length <= 3 ? modality.ToUpperInvariant() : char.ToUpperInvariant(modality[0]) + modality[1..];

    private static byte[] Png(PhantomSlice slice)
    {
        var rgba = new byte[4 * slice.Width * slice.Height];
        for (var i = 0; i < rgba.Length; i += 4)
        {
            (rgba[i], rgba[i + 1], rgba[i + 2]) = slice.Color(i / 4);
            rgba[i + 3] = byte.MaxValue;
        }

        using var image = SKImage.FromPixelCopy(new SKImageInfo(slice.Width, slice.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var encoded = image.Encode(SKEncodedImageFormat.Png, 100);
        return encoded.ToArray();
    }
}

/// <summary>One of them.</summary>
/// <param name="Id">Fit for a file name.</param>
/// <param name="Title">For people.</param>
/// <param name="Png">The file.</param>
internal sealed record SamplePhantom(string Id, string Title, byte[] Png);
