namespace Phantoms;

/// <summary>Makes medical-like slices with named objects: enough to train and test on without any patient's data.</summary>
/// <remarks> Modalities take turns. Grey levels of categories overlap, so that place and shape must decide; in CT, MR, PET, X-ray and
/// ultrasound the image's left is the patient's right. Bytes are the same on every machine: a seeded <see cref="Random"/> and plain
/// + - * / and square roots, which are exact everywhere, unlike sine and logarithm. The anatomy is our choice. </remarks>
public static class PhantomGenerator
{
    /// <summary>Objects with fewer visible pixels are not listed: nobody could prompt for them.</summary>
    public const int MinimumArea = 40;

    internal static readonly Look[] Looks =
    [
        CtAbdomen.Look, MrHead.Look, UltrasoundNeck.Look, PetTorso.Look, XRayChest.Look, Fundus.Look, Dermoscopy.Look, Endoscopy.Look,
    ];

    /// <summary>Every category's name with its description.</summary>
    public static IReadOnlyDictionary<string, string> Categories => CategoryTexts.ByName;

    /// <summary>Categories to show in a few slices only, where descriptions are put to the test: one per modality, each sharing most of
    /// its traits with common ones, as a twin on the other side, a spot elsewhere or a part does.</summary>
    public static IReadOnlyList<string> FewShotCategories { get; } =
    [
        "left kidney", "left lateral ventricle", "left thyroid lobe", "tumor focus", "left lung", "optic cup", "melanoma", "ulcer",
    ];

    /// <summary>Slices, made when asked for; slice i depends only on the seed, i, the size and the settings, and, where these have
    /// few-shot categories, on what the slices before it show.</summary>
    /// <param name="seed">Any number; equal seeds give equal bytes.</param>
    /// <param name="count">How many slices, 0 or more.</param>
    /// <param name="size">Height and width in pixels, 64 to 1024. Below 128 the smallest objects may fall under <see
    /// cref="MinimumArea"/>.</param>
    /// <param name="settings">Modalities, overlap of grey levels, few-shot categories; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">Count or size is outside its range.</exception>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
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
        Look[] looks = [.. settings.Modalities.Select(name => Looks.Single(look => look.Modality == name))];
        var left = new Dictionary<string, int>(settings.FewShot);
        for (var index = 0; index < count; index++)
        {
            var look = looks[index % looks.Length];
            var scene = Paint(look, seed, index, size, settings.GreyOverlap, left);
            foreach (var found in scene.Objects.Where(found => left.ContainsKey(found.Category) && found.Mask.Contains(true)))
                left[found.Category]--;
            yield return ToSlice(look, index, scene);
        }
    }

    private static Scene Paint(Look look, int seed, int index, int size, double? overlap, Dictionary<string, int> left)
    {
        // Levels have random numbers of their own, so that they change nothing else.
        var levels = overlap is { } share ? new Levels(look, (float)share, new Draw(~seed, index)) : null;
        var draw = new Draw(seed, index);
        var scene = new Scene(size, draw.Pose(), levels, left.Where(few => few.Value == 0).Select(few => few.Key).ToHashSet());
        look.Paint(scene, draw);
        return scene;
    }

    private static PhantomSlice ToSlice(Look look, int index, Scene scene)
    {
        var objects = scene.Objects
            .Where(found => found.Mask.Count(inside => inside) >= MinimumArea)
            .Select(found => new PhantomObject(found.Category, Categories[found.Category], found.Mask,
                PhantomBox.Around(found.Mask, scene.Size)));
        return new(FormattableString.Invariant($"{look.Modality}_{index:D5}"), look.Modality, scene.Size, scene.Size, scene.ToBytes(), [.. objects],
            look.Tints is null ? null : scene.ToRgb());
    }
}
