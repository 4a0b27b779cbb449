using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Med2D.UNets;

/// <summary>Small random changes of training images with their masks, of about the size of the library's defaults.</summary>
internal static class UNetAugmentation
{
    private const double Rotation = 10, Scale = 0.1, Translation = 0.05, Contrast = 0.2, Brightness = 0.2;
    private static readonly string[] Sides = ["left", "right", "anterior", "posterior", "superior", "inferior", "upper", "lower"];

    /// <summary>Whether a category's name says a side, which mirroring would make wrong.</summary>
    public static bool HasSide(string category) =>
        category.Split('_', ' ', '-').Any(word => Sides.Contains(word, StringComparer.OrdinalIgnoreCase));

    /// <param name="images">[B,3,S,S].</param>
    /// <param name="masks">[B,K,S,S] of 0 and 1.</param>
    /// <param name="mirrors">Whether half of the images are mirrored, left to right.</param>
    public static (Tensor Images, Tensor Masks) Apply(Tensor images, Tensor masks, bool mirrors, Random random)
    {
        using var scope = NewDisposeScope();
        var count = (int)images.size(0);
        var maps = Enumerable.Range(0, count).SelectMany(_ => Map(mirrors, random)).ToArray();
        var grid = functional.affine_grid(tensor(maps, [count, 2, 3]), [count, 1, images.size(2), images.size(3)], align_corners: false);
        var moved = functional.grid_sample(images, grid, mode: GridSampleMode.Bilinear, padding_mode: GridSamplePaddingMode.Border,
            align_corners: false);
        var movedMasks = functional.grid_sample(masks, grid, mode: GridSampleMode.Nearest, padding_mode: GridSamplePaddingMode.Zeros,
            align_corners: false);
        var contrast = tensor(Enumerable.Range(0, count).Select(_ => (float)(1 + Within(Contrast, random))).ToArray(), [count, 1, 1, 1]);
        var brightness = tensor(Enumerable.Range(0, count).Select(_ => (float)Within(Brightness, random)).ToArray(), [count, 1, 1, 1]);
        return (scope.MoveToOuter(addcmul(brightness, moved, contrast, Numbers.One)), scope.MoveToOuter(movedMasks));
    }

    // Two rows of an affine map from the new to the old image; both reach from -1 to 1.
    private static float[] Map(bool mirrors, Random random)
    {
        var (sine, cosine) = Math.SinCos(Within(Rotation, random) * Math.PI / 180);
        var scale = 1 + Within(Scale, random);
        var side = mirrors && random.Next(2) == 0 ? -scale : scale;
        return
        [
            (float)(cosine * side), (float)(-sine * scale), (float)(2 * Within(Translation, random)),
            (float)(sine * side), (float)(cosine * scale), (float)(2 * Within(Translation, random)),
        ];
    }

    private static double Within(double most, Random random) => (2 * random.NextDouble() - 1) * most;
}
