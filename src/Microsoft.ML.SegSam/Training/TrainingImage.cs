using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Training;

/// <summary>An image as a step sees it, perhaps changed, with the objects asked about.</summary>
/// <param name="Index">In the set.</param>
/// <param name="Pixels">null where they were not wanted.</param>
/// <param name="Objects">At least one, each with its mask of S x S bytes and the categories of the image's other objects.</param>
internal sealed record TrainingImage(int Index, NetworkImage? Pixels, IReadOnlyList<(TrainingObject Object, byte[] Mask, int[] Others)> Objects)
{
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Read(TrainingSet set, int image, IEnumerable<int> objects, bool withPixels) =>
        new(image, withPixels ? set.ReadImage(image) : null, [.. objects.Select(index => (set.Objects[index], set.ReadMask(set.Objects[index]), set.OthersOf(index)))]);

    /// <summary>Changes image, masks and boxes together; objects that leave the picture are left out.</summary>
    public static TrainingImage Augmented(TrainingSet set, int image, IReadOnlyCollection<int> objects, Augmentation augmentation, Random random)
    {
        var (levels, place) = (LevelChange.Draw(augmentation, random), SpatialChange.Draw(augmentation, set.GeometryOf(image), random));
        var moved = augmentation.Moves ? Move(set, image, objects, place) : Read(set, image, objects, withPixels: true);
        return moved with { Pixels = levels.Change(moved.Pixels!) };
    }

    private static TrainingImage Move(TrainingSet set, int image, IReadOnlyCollection<int> objects, SpatialChange place)
    {
        var gone = new HashSet<int>();
        var seen = new Dictionary<int, (TrainingObject Object, byte[] Mask)>();
        foreach (var index in set.ObjectsOf(image)) // all of them: those that are not asked about may leave, too
        {
            var found = set.Objects[index];
            var before = set.ReadMask(found);
            if (place.Move(before) is not { } mask)
                gone.Add(index);
            else if (objects.Contains(index))
                seen.Add(index, (found with { Given = new(found.Given.Box is { } box ? place.Move(box, Around(before), Around(mask)) : null) }, mask));
        }

        RegionBox Around(byte[] mask) => MaskRegions.Box(mask, set.GeometryOf(image).InputSize, set.GeometryOf(image).InputSize)!.Value;
        return seen.Count == 0
            ? Read(set, image, objects, withPixels: true)
            : new(image, place.Move(set.ReadImage(image)), [.. objects.Where(seen.ContainsKey).Select(index => (seen[index].Object, seen[index].Mask, set.OthersOf(index, gone)))]);
    }
}
