using Phantoms;

namespace Studio;

/// <summary>Synthetic slices to start with; none was used for training.</summary>
internal sealed class SamplePhantoms(IReadOnlyList<string> modalities)
{
    private const int Seed = 1_000_004, Side = 512, OfEach = 2;
    private readonly Lazy<IReadOnlyDictionary<string, SamplePhantom>> _samples = new(() =>
        Paint(modalities).AsParallel().AsOrdered().Select(Show).ToList().ToDictionary(sample => sample.Id));

    /// <summary>In the order of the gallery; painted on first use.</summary>
    public IReadOnlyDictionary<string, SamplePhantom> All => _samples.Value;

    private static IEnumerable<PhantomSlice> Paint(IReadOnlyList<string> modalities) =>
        PhantomGenerator.Create(Seed, OfEach * modalities.Count, Side, new() { Modalities = modalities });

    private static SamplePhantom Show(PhantomSlice slice) => new(slice.Id, TitleOf(slice.Modality), slice.ToPng());

    private static string TitleOf(string modality) =>
        modality.Length <= 3 ? modality.ToUpperInvariant() : char.ToUpperInvariant(modality[0]) + modality[1..];
}

/// <summary>One sample of the gallery.</summary>
/// <param name="Id">Valid as a file name.</param>
/// <param name="Title">Display name.</param>
/// <param name="Png">The image file.</param>
internal sealed record SamplePhantom(string Id, string Title, byte[] Png);
