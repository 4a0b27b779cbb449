using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Training.Data;

/// <summary>An image as a step sees it, augmented or not, with its prompted objects.</summary>
/// <param name="Index">Index in the set.</param>
/// <param name="Pixels">Null if they were not asked for.</param>
/// <param name="Objects">At least one, each with its mask of S x S bytes and the categories of the image's other objects.</param>
internal sealed record TrainingImage(
    int Index, NetworkImage? Pixels, IReadOnlyList<(TrainingObject Object, byte[] Mask, int[] Others)> Objects)
{
    private const double WholeImages = 1 / 3.0; // of the images that closer looks are taken at: first looks must be learned, too (ours)

    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Read(TrainingSet set, int image, IEnumerable<int> objects, bool withPixels) =>
        new(image, withPixels ? set.ReadImage(image) : null,
            [.. objects.Select(index => (set.Objects[index], set.ReadMask(set.Objects[index]), set.OthersOf(index)))]);

    /// <summary>Changes image, masks and boxes together; objects that leave the picture are left out.</summary>
    /// <param name="objects">Indices of objects of this image.</param>
    public static TrainingImage Augmented(
        TrainingSet set, int image, IReadOnlyCollection<int> objects, Augmentation augmentation, Random random) =>
        Augment(set.GeometryOf(image), () => Scene.Whole(set, image), () => Read(set, image, objects, withPixels: true),
            objects, augmentation, random);

    /// <summary>
    /// A closer look, most of the time: a random part of the image that holds the first of the drawn objects, with that and others of
    /// those that are in it. Else, and where that object is large, the whole image.
    /// </summary>
    /// <param name="objects">Indices of the drawn objects of this image.</param>
    /// <param name="most">The most objects that are prompted.</param>
    /// <param name="augmentation">Null leaves the part unchanged.</param>
    public static TrainingImage Zoomed(
        TrainingSet set, int image, IReadOnlyList<int> objects, int most, Augmentation? augmentation, Random random)
    {
        if (random.NextDouble() >= WholeImages && set.Objects[objects[0]].Detail is { } main
            && set.DetailSizeOf(image) is var (height, width) && Prediction.Zoom.Draw(main.Box, height, width, random) is { } part)
        {
            var scene = Scene.Of(set, image, part);
            var prompted = scene.Draw(objects[0], most, random);
            return augmentation is null ? scene.Prompt(prompted)
                : Augment(scene.Pixels.Geometry, () => scene, () => scene.Prompt(prompted), prompted, augmentation, random);
        }

        return augmentation is null ? Read(set, image, objects, withPixels: true) : Augmented(set, image, objects, augmentation, random);
    }

    /// <summary>One object in a given part of its image.</summary>
    /// <param name="part">In the frame of the image's detail.</param>
    public static TrainingImage Closer(TrainingSet set, int index, RegionBox part) =>
        Scene.Of(set, set.Objects[index].Image, part).Prompt([index]);

    /// <param name="still">The image where it is, if nothing moves, or all prompted objects would leave it.</param>
    private static TrainingImage Augment(ImageGeometry geometry, Func<Scene> scene, Func<TrainingImage> still,
        IReadOnlyCollection<int> objects, Augmentation augmentation, Random random)
    {
        var intensity = IntensityTransform.Draw(augmentation, random);
        var spatial = SpatialTransform.Draw(augmentation, geometry, random);
        var seen = augmentation.Moves && scene().Move(spatial, objects) is { } moved ? moved.Prompt(objects) : still();
        return seen with { Pixels = intensity.Change(seen.Pixels!) };
    }
}
