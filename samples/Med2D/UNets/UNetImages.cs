using Med2D.Tables;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Med2D.UNets;

/// <summary>One image with its masks, at the size of the network.</summary>
/// <param name="Pixels">3·S·S levels, channel by channel.</param>
/// <param name="Masks">S·S pixels for each category of the image, as run lengths; instances of one category are one mask.</param>
internal sealed record UNetImage(byte[] Pixels, IReadOnlyDictionary<int, SegmentationMask> Masks);

/// <summary>The training images of one source. They are read when needed, and kept up to a limit of memory.</summary>
/// <param name="side">S: images are stretched to S x S.</param>
internal sealed class UNetImages(IReadOnlyList<ObjectRow> rows, int side)
{
    private const long MostBytes = 1L << 30;

    private readonly List<List<ObjectRow>> _images = [.. rows.GroupBy(row => row.ImageId).Select(image => image.ToList())];
    private readonly Dictionary<int, UNetImage> _kept = [];

    public int Count => _images.Count;

    /// <summary>The categories of the source, in order of their names.</summary>
    public IReadOnlyList<string> Categories { get; } = [.. rows.Select(row => row.Category).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads all images that the limit of memory allows, so that later steps take equal time.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void ReadAhead(CancellationToken cancel)
    {
        for (var i = 0; i < Count && _kept.Count == i; i++)
        {
            cancel.ThrowIfCancellationRequested();
            Read(i);
        }
    }

    /// <summary>Images [B,3,S,S] of mean 0 and deviation 1 each, and masks [B,K,S,S] of 0 and 1.</summary>
    public (Tensor Images, Tensor Masks) Batch(IReadOnlyList<int> indices)
    {
        using var scope = NewDisposeScope();
        var images = indices.Select(Read).ToList();
        var pixels = cat([.. images.Select(image => Normalize(tensor(image.Pixels, [1, 3, side, side])))]);
        var masks = zeros([images.Count, Categories.Count, side, side]);
        foreach (var (i, image) in images.Index())
        {
            foreach (var (category, mask) in image.Masks)
                masks[i, category] = tensor(mask.ToPixels(), [side, side]).to(ScalarType.Float32);
        }

        return (scope.MoveToOuter(pixels), scope.MoveToOuter(masks));
    }

    /// <summary>Reads an image as the network takes it: [1,3,S,S] of mean 0 and deviation 1.</summary>
    public static Tensor Load(string path, int side)
    {
        using var scope = NewDisposeScope();
        return scope.MoveToOuter(Normalize(ReadPixels(path, side)));
    }

    private UNetImage Read(int index)
    {
        if (_kept.TryGetValue(index, out var kept))
            return kept;
        using var scope = NewDisposeScope();
        var image = _images[index];
        var masks = image.GroupBy(row => row.Category).ToDictionary(
            category => Categories.ToList().IndexOf(category.Key), category => Small(Union(category)));
        var read = new UNetImage(ReadPixels(image[0].ImagePath, side).data<byte>().ToArray(), masks);
        if ((_kept.Count + 1L) * read.Pixels.Length <= MostBytes)
            _kept[index] = read;
        return read;
    }

    // A pixel of the small mask is set where half of it or more is.
    private SegmentationMask Small(SegmentationMask mask)
    {
        var pixels = tensor(mask.ToPixels(), [1, 1, mask.Height, mask.Width]).to(ScalarType.Float32);
        var small = Resize(pixels, side).ge(Numbers.Half).data<bool>().ToArray();
        return SegmentationMask.FromPixels(small, side, side);
    }

    private static SegmentationMask Union(IEnumerable<ObjectRow> objects)
    {
        SegmentationMask? first = null;
        bool[] all = [];
        foreach (var row in objects)
        {
            var mask = ImageFile.ReadMask(row.MaskPath, out _);
            var pixels = mask.ToPixels();
            (first, all) = first is null ? (mask, pixels) : (first, [.. all.Zip(pixels, (one, other) => one || other)]);
        }

        return SegmentationMask.FromPixels(all, first!.Height, first.Width);
    }

    // [1,3,S,S] bytes
    private static Tensor ReadPixels(string path, int side)
    {
        using var image = ImageFile.Read(path);
        var bgra = tensor(image.Pixels.ToArray(), [1, image.Height, image.Width, 4]).permute(0, 3, 1, 2);
        var order = image.PixelFormat == MLPixelFormat.Bgra32 ? (long[])[2, 1, 0] : [0, 1, 2];
        var levels = Resize(bgra.index_select(1, tensor(order)).to(ScalarType.Float32), side);
        return levels.round().clamp(Numbers.Zero, Numbers.White).to(ScalarType.Byte).contiguous();
    }

    private static Tensor Normalize(Tensor pixels)
    {
        var levels = pixels.to(ScalarType.Float32);
        return levels.sub(levels.mean()).div(levels.std().clamp(min: Numbers.One));
    }

    private static Tensor Resize(Tensor maps, int side) =>
        functional.interpolate(maps, [side, side], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
}
