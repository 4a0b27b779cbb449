namespace Phantoms;

/// <summary>Makes medical-like slices with named objects: enough to train and test on without any patient's data.</summary>
/// <remarks> CT-like abdomens, MR-like heads and ultrasound-like necks take turns. Grey levels of categories overlap, so that
/// place and shape must decide; the image's left is the patient's right. Bytes are the same on every machine: a seeded <see
/// cref="Random"/> and plain + - * / and square roots, which are exact everywhere, unlike sine and logarithm. The anatomy is our
/// choice. </remarks>
public static class PhantomGenerator
{
    /// <summary>Objects with fewer visible pixels are not listed: nobody could prompt for them.</summary>
    public const int MinimumArea = 40;

    private static readonly (string Modality, Func<Draw, int, Scene> Paint)[] Looks =
        [("ct", CtAbdomen.Paint), ("mr", MrHead.Paint), ("ultrasound", UltrasoundNeck.Paint)];

    /// <summary>Every category's name with its description.</summary>
    public static IReadOnlyDictionary<string, string> Categories => CategoryTexts.ByName;

    /// <summary>Slices, made when asked for; slice i depends only on the seed, i and the size.</summary>
    /// <param name="seed">Any number; equal seeds give equal bytes.</param>
    /// <param name="count">How many slices, 0 or more.</param>
    /// <param name="size">Height and width in pixels, 64 to 1024. Below 128 the smallest objects may fall under <see
    /// cref="MinimumArea"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Count or size is outside its range.</exception>
    public static IEnumerable<PhantomSlice> Create(int seed, int count, int size = 128)
    {
        if (count < 0)
            throw new ArgumentOutOfRangeException(nameof(count), count, "The number of slices must be 0 or more.");
        if (size is < 64 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(size), size, "Height and width of a slice must be 64 to 1024 pixels.");
        return Enumerable.Range(0, count).Select(index => CreateOne(seed, index, size));
    }

    private static PhantomSlice CreateOne(int seed, int index, int size)
    {
        var (modality, paint) = Looks[index % Looks.Length];
        var scene = paint(new Draw(seed, index), size);
        var objects = scene.Objects
            .Where(found => found.Mask.Count(inside => inside) >= MinimumArea)
            .Select(found => new PhantomObject(found.Category, Categories[found.Category], found.Mask,
                PhantomBox.Around(found.Mask, size)));
        return new($"{modality}_{index:D5}", modality, size, size, scene.ToBytes(), [.. objects]);
    }
}
