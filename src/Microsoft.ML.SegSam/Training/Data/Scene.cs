using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Training.Data;

/// <summary>All that is to be seen of an image, or of a part of it.</summary>
/// <param name="Seen">The objects that are to be seen, by their indices, each with its mask of S x S bytes.</param>
/// <param name="Gone">Indices of the image's other objects.</param>
internal sealed record Scene(
    TrainingSet Set, int Image, NetworkImage Pixels, IReadOnlyDictionary<int, (TrainingObject Object, byte[] Mask)> Seen,
    IReadOnlySet<int> Gone)
{
    private const double MostlySeen = 0.5; // of an object's pixels, for it to be prompted beside the one that the part was made for (ours)

    public static Scene Whole(TrainingSet set, int image) => new(set, image, set.ReadImage(image),
        set.ObjectsOf(image).ToDictionary(index => index, index => (set.Objects[index], set.ReadMask(set.Objects[index]))),
        new HashSet<int>());

    /// <param name="part">In the frame of the image's detail.</param>
    public static Scene Of(TrainingSet set, int image, RegionBox part)
    {
        var pixels = set.ReadPart(image, part);
        var seen = new Dictionary<int, (TrainingObject, byte[])>();
        foreach (var index in set.ObjectsOf(image))
        {
            var item = set.Objects[index];
            if (item.Detail is not { } detail || detail.Box.Intersection(part) == 0)
                continue;
            var mask = MaskGeometry.ToNetwork(set.ReadDetailMask(item), pixels.Geometry);
            if (mask.AsSpan().Contains((byte)1))
                seen.Add(index, (item with { Given = new Prediction.Prompt(detail.GivenBox).ToNetwork(pixels.Geometry) }, mask));
        }

        return new(set, image, pixels, seen, set.ObjectsOf(image).Where(index => !seen.ContainsKey(index)).ToHashSet());
    }

    /// <summary>An object, and others that are mostly in the picture, drawn at random.</summary>
    public IReadOnlyList<int> Draw(int first, int most, Random random)
    {
        var geometry = Pixels.Geometry;
        var scale = (double)geometry.ScaledHeight * geometry.ScaledWidth / geometry.Part.Area;
        var others = Seen.Keys.Where(index => index != first && IsMostlySeen(index)).ToArray();
        random.Shuffle(others);
        return [first, .. others.Take(most - 1)];

        bool IsMostlySeen(int index)
        {
            var box = Set.Objects[index].Detail!.Box;
            return box.Intersection(geometry.Part) >= MostlySeen * box.Area
                && Seen[index].Mask.AsSpan().Count((byte)1) > scale; // more than a pixel of the original
        }
    }

    /// <summary>Moves the image with its masks and boxes; null if all of the prompted objects would leave the picture.</summary>
    public Scene? Move(SpatialTransform spatial, IReadOnlyCollection<int> prompted)
    {
        var (gone, kept) = (new HashSet<int>(Gone), new Dictionary<int, (TrainingObject, byte[])>());
        foreach (var (index, (item, before)) in Seen) // all of them: unprompted objects may leave, too
        {
            if (spatial.Move(before) is not { } mask)
            {
                gone.Add(index);
                continue;
            }

            var box = item.Given.Box is { } given ? spatial.Move(given, Around(before), Around(mask)) : null;
            kept.Add(index, (item with { Given = new(box) }, mask));
        }

        return prompted.Any(kept.ContainsKey) ? this with { Pixels = spatial.Move(Pixels), Seen = kept, Gone = gone } : null;

        RegionBox Around(byte[] mask) => MaskRegions.Box(mask, Pixels.Geometry.InputSize, Pixels.Geometry.InputSize)!.Value;
    }

    /// <summary>The image with those of the given objects that are to be seen, prompted.</summary>
    public TrainingImage Prompt(IEnumerable<int> objects) => new(Image, Pixels,
        [.. objects.Where(Seen.ContainsKey).Select(index => (Seen[index].Object, Seen[index].Mask, Set.OthersOf(index, Gone)))]);
}
