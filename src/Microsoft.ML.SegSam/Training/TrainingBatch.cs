using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Some images and some of their objects, as plain arrays.</summary>
/// <param name="Images">Indices of B images.</param>
/// <param name="ImageIndex">For each of P objects, its image in the batch.</param>
/// <param name="Objects">P objects.</param>
/// <param name="Masks">P targets of S x S bytes.</param>
/// <param name="Others">For each object the categories of the image's other objects, at most N_c.</param>
/// <param name="DroppedOthers">How many other categories found no token.</param>
internal sealed record TrainingBatch(
    IReadOnlyList<int> Images, long[] ImageIndex, IReadOnlyList<TrainingObject> Objects, IReadOnlyList<byte[]> Masks,
    IReadOnlyList<int[]> Others, int DroppedOthers)
{
    /// <summary>Reads the objects (indices into the set) of a batch; objects of one image must stand together.</summary>
    public static TrainingBatch Read(TrainingSet set, IReadOnlyList<int> objects, int presenceTokens, Random random)
    {
        var found = objects.Select(index => set.Objects[index]).ToList();
        var images = found.Select(one => one.Image).Distinct().ToList();
        var others = objects.Select(set.OthersOf).ToList();
        var dropped = others.Sum(list => Math.Max(0, list.Length - presenceTokens));
        for (var i = 0; i < others.Count; i++)
        {
            if (others[i].Length > presenceTokens)
            {
                random.Shuffle(others[i]);
                others[i] = others[i][..presenceTokens];
            }
        }

        return new(images, [.. found.Select(one => (long)images.IndexOf(one.Image))], found,
            [.. found.Select(set.ReadMask)], others, dropped);
    }

    /// <summary>Targets for the losses. The caller's dispose scope owns the tensors.</summary>
    public LossTargets ToTargets(TrainingSet set, int side, int categories, Device device)
    {
        var masks = tensor(Arrays.Join(Masks), [Masks.Count, 1, side, side], device: device).to(ScalarType.Float32);
        var labels = new bool[Objects.Count * (categories + 1)];
        for (var i = 0; i < Objects.Count; i++)
        {
            foreach (var category in set.LabelSetOf(Objects[i].Dataset).Append(categories)) // "no object" belongs to every set
                labels[i * (categories + 1) + category] = true;
        }

        return new(masks, tensor(Objects.Select(one => (long)one.Category).ToArray(), device: device), Others,
            tensor(labels, [Objects.Count, categories + 1], device: device));
    }
}
