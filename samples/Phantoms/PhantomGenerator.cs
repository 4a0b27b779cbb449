using Phantoms.Modalities;
using Phantoms.Painting;

namespace Phantoms;

/// <summary>Generates synthetic medical slices with named objects, for training and testing without patient data.</summary>
/// <remarks>Modalities alternate. Gray levels of categories overlap, so that position and shape must decide; in CT, MR, PET, X-ray and
/// ultrasound, the image's left is the patient's right. Bytes are the same on every machine: a seeded <see cref="Random"/> and only
/// + - * / and square roots, which are exact everywhere, unlike sine and logarithm. The anatomy is our design.</remarks>
public static class PhantomGenerator
{
    /// <summary>Objects with fewer visible pixels are not listed: they are too small to prompt.</summary>
    public const int MinimumArea = 40;

    internal static readonly Modality[] Modalities =
    [
        CtAbdomen.Modality, MrHead.Modality, UltrasoundNeck.Modality, PetTorso.Modality, XRayChest.Modality, Fundus.Modality,
        Dermoscopy.Modality, Endoscopy.Modality,
    ];

    /// <summary>The name of every category with its description.</summary>
    public static IReadOnlyDictionary<string, string> Categories => CategoryTexts.ByName;

    /// <summary>Categories to show in only a few slices, for tests of descriptions: one per modality, each sharing most of its traits with
    /// common ones: a twin on the other side, a similar spot elsewhere, or a part.</summary>
    public static IReadOnlyList<string> FewShotCategories { get; } =
    [
        "left kidney", "left lateral ventricle", "left thyroid lobe", "tumor focus", "left lung", "optic cup", "melanoma", "ulcer",
    ];

    /// <summary>Generates slices lazily. Slice i depends only on the seed, i, the size and the settings, and, with few-shot categories, on
    /// the contents of the slices before it.</summary>
    /// <param name="seed">Any number; equal seeds give equal bytes.</param>
    /// <param name="count">Number of slices, 0 or more.</param>
    /// <param name="size">Height and width in pixels, 64 to 1024. Below 128, the smallest objects may fall below <see
    /// cref="MinimumArea"/>.</param>
    /// <param name="settings">Modalities, overlap of gray levels, few-shot categories; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">Count or size is outside its range.</exception>
    /// <exception cref="ArgumentException">A setting is invalid.</exception>
    public static IEnumerable<PhantomSlice> Create(int seed, int count, int size = 128, PhantomSettings? settings = null)
    {
        if (count < 0)
            throw new ArgumentOutOfRangeException(nameof(count), count, "The number of slices must be 0 or more.");
        if (size is < 64 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(size), size, "Height and width of a slice must be 64 to 1024 pixels.");
        settings ??= new();
        settings.Validate();
        return CreateAll(seed, count, size, settings);
    }

    private static IEnumerable<PhantomSlice> CreateAll(int seed, int count, int size, PhantomSettings settings)
    {
        Modality[] modalities = [.. settings.Modalities.Select(name => Modalities.Single(modality => modality.Name == name))];
        var left = new Dictionary<string, int>(settings.FewShot);
        for (var index = 0; index < count; index++)
        {
            var modality = modalities[index % modalities.Length];
            var scene = Paint(modality, seed, index, size, settings.GrayOverlap, left);
            foreach (var found in scene.Objects.Where(found => left.ContainsKey(found.Category) && found.Mask.Contains(true)))
                left[found.Category]--;
            yield return ToSlice(modality, index, scene);
        }
    }

    private static Scene Paint(Modality modality, int seed, int index, int size, double? overlap, Dictionary<string, int> left)
    {
        // Levels use their own random numbers, so that they change nothing else.
        var levels = overlap is { } share ? new Levels(modality, (float)share, new Draw(~seed, index)) : null;
        var draw = new Draw(seed, index);
        var scene = new Scene(size, draw.Pose(), levels, left.Where(few => few.Value == 0).Select(few => few.Key).ToHashSet());
        modality.Paint(scene, draw);
        return scene;
    }

    private static PhantomSlice ToSlice(Modality modality, int index, Scene scene)
    {
        var objects = scene.Objects
            .Where(found => found.Mask.Count(inside => inside) >= MinimumArea)
            .Select(found => new PhantomObject(found.Category, Categories[found.Category], found.Mask,
                PhantomBox.Around(found.Mask, scene.Size)));
        return new(FormattableString.Invariant($"{modality.Name}_{index:D5}"), modality.Name, scene.Size, scene.Size, scene.ToBytes(),
            [.. objects], modality.Tints is null ? null : scene.ToRgb());
    }
}
