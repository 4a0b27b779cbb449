using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Data;

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
    /// <param name="zoomedObjects">The most prompted objects of an image that is zoomed into; null zooms into none.</param>
    public static TrainingBatch Read(
        TrainingSet set, IReadOnlyList<int> objects, int presenceTokens, Random random,
        Augmentation? augmentation = null, bool withPixels = false, int? zoomedObjects = null)
    {
        var images = objects.GroupBy(index => set.Objects[index].Image)
            .Select(group => zoomedObjects is { } most ? TrainingImage.Zoomed(set, group.Key, [.. group], most, augmentation, random)
                : augmentation is null ? TrainingImage.Read(set, group.Key, group, withPixels)
                : TrainingImage.Augmented(set, group.Key, [.. group], augmentation, random));
        return Of(images.ToList(), presenceTokens, random, withPixels || zoomedObjects is not null);
    }

    /// <summary>A batch of given images.</summary>
    public static TrainingBatch Of(IReadOnlyList<TrainingImage> images, int presenceTokens, Random random, bool withPixels)
    {
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
        return new(masks, tensor(Objects.Select(item => (long)item.Category).ToArray(), device: device), Others,
            Flags(set.IsRival), Flags((item, category) => set.LabelSetOf(item.Dataset).Contains(category)));

        Tensor Flags(Func<TrainingObject, int, bool> flag) // "no object", the last, is always among them
        {
            var flags = Objects.SelectMany(item => Enumerable.Range(0, categories + 1)
                .Select(category => category == categories || flag(item, category))).ToArray();
            return tensor(flags, [Objects.Count, categories + 1], device: device);
        }
    }
}
