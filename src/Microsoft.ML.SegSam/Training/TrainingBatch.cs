using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Some images and some of their objects, as plain arrays.</summary>
/// <param name="Images">Indices of B images.</param>
/// <param name="Pixels">The pixels of the B images; null if they were not asked for.</param>
/// <param name="ImageIndex">For each of P objects, the index of its image in the batch.</param>
/// <param name="Objects">P objects.</param>
/// <param name="Masks">P targets of S x S bytes.</param>
/// <param name="Others">For each object the categories of the image's other objects, at most N_c.</param>
/// <param name="DroppedOthers">Number of other categories that found no token.</param>
internal sealed record TrainingBatch(
    IReadOnlyList<int> Images, IReadOnlyList<NetworkImage>? Pixels, long[] ImageIndex, IReadOnlyList<TrainingObject> Objects,
    IReadOnlyList<byte[]> Masks, IReadOnlyList<int[]> Others, int DroppedOthers)
{
    /// <summary>Reads the objects (indices into the set) of a batch; objects of one image must follow each other.</summary>
    /// <param name="augmentation">Changes the images; null leaves them unchanged.</param>
    public static TrainingBatch Read(
        TrainingSet set, IReadOnlyList<int> objects, int presenceTokens, Random random,
        Augmentation? augmentation = null, bool withPixels = false)
    {
        var images = objects.GroupBy(index => set.Objects[index].Image)
            .Select(group => augmentation is null ? TrainingImage.Read(set, group.Key, group, withPixels)
                : TrainingImage.Augmented(set, group.Key, [.. group], augmentation, random)).ToList();
        var prompted = images.SelectMany(image => image.Objects).ToList();
        var others = prompted.ConvertAll(item => item.Others);
        var dropped = others.Sum(list => Math.Max(0, list.Length - presenceTokens));
        for (var i = 0; i < others.Count; i++)
        {
            if (others[i].Length > presenceTokens)
            {
                random.Shuffle(others[i]);
                others[i] = others[i][..presenceTokens];
            }
        }

        return new(
            [.. images.Select(image => image.Index)],
            withPixels ? [.. images.Select(image => image.Pixels!)] : null,
            [.. images.Index().SelectMany(image => image.Item.Objects.Select(_ => (long)image.Index))],
            [.. prompted.Select(item => item.Object)],
            [.. prompted.Select(item => item.Mask)],
            others, dropped);
    }

    /// <summary>Targets for the losses. The caller's dispose scope owns the tensors.</summary>
    public LossTargets ToTargets(TrainingSet set, int side, int categories, Device device)
    {
        var masks = tensor(Arrays.Join(Masks), [Masks.Count, 1, side, side], device: device).to(ScalarType.Float32);
        var labels = new bool[Objects.Count * (categories + 1)];
        for (var i = 0; i < Objects.Count; i++)
        {
            foreach (var category in set.LabelSetOf(Objects[i].Dataset).Append(categories)) // "no object" belongs to every label set
                labels[i * (categories + 1) + category] = true;
        }

        return new(masks, tensor(Objects.Select(item => (long)item.Category).ToArray(), device: device), Others,
            tensor(labels, [Objects.Count, categories + 1], device: device));
    }
}

/// <summary>An image as a step sees it, augmented or not, with its prompted objects.</summary>
/// <param name="Index">Index in the set.</param>
/// <param name="Pixels">Null if they were not asked for.</param>
/// <param name="Objects">At least one, each with its mask of S x S bytes and the categories of the image's other objects.</param>
internal sealed record TrainingImage(
    int Index, NetworkImage? Pixels, IReadOnlyList<(TrainingObject Object, byte[] Mask, int[] Others)> Objects)
{
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Read(TrainingSet set, int image, IEnumerable<int> objects, bool withPixels) =>
        new(image, withPixels ? set.ReadImage(image) : null,
            [.. objects.Select(index => (set.Objects[index], set.ReadMask(set.Objects[index]), set.OthersOf(index)))]);

    /// <summary>Changes image, masks and boxes together; objects that leave the picture are left out.</summary>
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Augmented(
        TrainingSet set, int image, IReadOnlyCollection<int> objects, Augmentation augmentation, Random random)
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
