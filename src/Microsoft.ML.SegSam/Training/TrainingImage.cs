using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Training;

/// <summary>An image as a step sees it, augmented or not, with its prompted objects.</summary>
/// <param name="Index">Index in the set.</param>
/// <param name="Pixels">Null if they were not asked for.</param>
/// <param name="Objects">At least one, each with its mask of S x S bytes and the categories of the image's other objects.</param>
internal sealed record TrainingImage(int Index, NetworkImage? Pixels, IReadOnlyList<(TrainingObject Object, byte[] Mask, int[] Others)> Objects)
{
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Read(TrainingSet set, int image, IEnumerable<int> objects, bool withPixels) =>
        new(image, withPixels ? set.ReadImage(image) : null,
            [.. objects.Select(index => (set.Objects[index], set.ReadMask(set.Objects[index]), set.OthersOf(index)))]);

    /// <summary>Changes image, masks and boxes together; objects that leave the picture are left out.</summary>
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Augmented(TrainingSet set, int image, IReadOnlyCollection<int> objects, Augmentation augmentation, Random random)
    {
        var intensity = IntensityTransform.Draw(augmentation, random);
        var spatial = SpatialTransform.Draw(augmentation, set.GeometryOf(image), random);
        var moved = augmentation.Moves ? Move(set, image, objects, spatial) : Read(set, image, objects, withPixels: true);
        return moved with { Pixels = intensity.Change(moved.Pixels!) };
    }

    private static TrainingImage Move(TrainingSet set, int image, IReadOnlyCollection<int> objects, SpatialTransform spatial)
    {
        var gone = new HashSet<int>();
        var kept = new Dictionary<int, (TrainingObject Object, byte[] Mask)>();
        foreach (var index in set.ObjectsOf(image)) // all of them: unprompted objects may leave, too
        {
            var item = set.Objects[index];
            var before = set.ReadMask(item);
            if (spatial.Move(before) is not { } mask)
                gone.Add(index);
            else if (objects.Contains(index))
            {
                var box = item.Given.Box is { } given ? spatial.Move(given, Around(before), Around(mask)) : null;
                kept.Add(index, (item with { Given = new(box) }, mask));
            }
        }

        RegionBox Around(byte[] mask) => MaskRegions.Box(mask, set.GeometryOf(image).InputSize, set.GeometryOf(image).InputSize)!.Value;
        return kept.Count == 0
            ? Read(set, image, objects, withPixels: true)
            : new(image, spatial.Move(set.ReadImage(image)),
                [.. objects.Where(kept.ContainsKey).Select(index => (kept[index].Object, kept[index].Mask, set.OthersOf(index, gone)))]);
    }
}
