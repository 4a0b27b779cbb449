using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training.Data;

/// <summary>One object: its image, category, data set and the prompt of its row, in the network's frame.</summary>
/// <param name="Detail">The object in the detail that closer looks read; null without.</param>
internal sealed record TrainingObject(
    int Image, long MaskOffset, int Category, int Dataset, Prompt Given, ObjectDetail? Detail = null);

/// <summary>An object in the frame of its image's detail.</summary>
/// <param name="Box">Around its mask.</param>
/// <param name="GivenBox">The box of its row; null without.</param>
internal sealed record ObjectDetail(long MaskOffset, RegionBox Box, float[]? GivenBox);

/// <summary>
/// The training rows, ready for the network: each scaled image once, and the masks, in a temporary file. Memory holds a few numbers
/// for each row.
/// </summary>
/// <param name="preprocessing">Of the parts that closer looks show. Default <see cref="Preprocessing.Default"/>.</param>
internal sealed class TrainingSet(int inputSize, string folder, Preprocessing? preprocessing = null) : IDisposable
{
    private readonly TemporaryFile _file = new(folder);
    private readonly List<(long Offset, ImageGeometry Geometry)> _images = [];
    private readonly List<(long Offset, int Height, int Width)?> _details = [];
    private readonly List<List<int>> _objectsOf = [];
    private readonly List<HashSet<int>> _alsoPresent = [];
    private readonly List<TrainingObject> _objects = [];
    private readonly List<HashSet<int>> _labelSets = [];

    /// <summary>The folder of temporary files.</summary>
    public string Folder => _file.Folder;

    public int ImageCount => _images.Count;

    public IReadOnlyList<TrainingObject> Objects => _objects;

    public IReadOnlyList<int> ObjectsOf(int image) => _objectsOf[image];

    public ImageGeometry GeometryOf(int image) => _images[image].Geometry;

    /// <summary>For each pair of categories, whether one may be true of an object that has the other's name; null where none is.</summary>
    public bool[,]? Compatible { get; set; }

    /// <param name="detail">The image for closer looks; null without.</param>
    public int Add(NetworkImage image, PixelImage? detail = null)
    {
        _images.Add((_file.Append(image.Pixels), image.Geometry));
        _details.Add(detail is null ? null : (_file.Append(detail.Rgb), detail.Height, detail.Width));
        _objectsOf.Add([]);
        _alsoPresent.Add([]);
        return _images.Count - 1;
    }

    /// <param name="mask">S x S bytes, 0 or 1.</param>
    /// <param name="given">The row's prompt, in the network's frame.</param>
    /// <param name="detailMask">The mask in the frame of the image's detail, bytes 0 or 1; null without.</param>
    /// <param name="detailBox">The row's box in that frame; null without.</param>
    public void Add(
        int image, ReadOnlySpan<byte> mask, int category, int dataset, Prompt given, byte[]? detailMask = null, float[]? detailBox = null)
    {
        _objectsOf[image].Add(_objects.Count);
        var offset = AppendMask(mask);
        var detail = detailMask is null || DetailSizeOf(image) is not var (height, width) ? null
            : new ObjectDetail(AppendMask(detailMask), MaskRegions.Box(detailMask, height, width)!.Value, detailBox);
        _objects.Add(new(image, offset, category, dataset, given, detail));
        LabelSet(dataset).Add(category);
    }

    /// <summary>Height and width of an image's detail; null without.</summary>
    public (int Height, int Width)? DetailSizeOf(int image) => _details[image] is var (_, height, width) ? (height, width) : null;

    /// <summary>A part of an image, from its detail.</summary>
    /// <param name="part">In the frame of the detail.</param>
    public NetworkImage ReadPart(int image, RegionBox part)
    {
        var (offset, height, width) = _details[image]!.Value;
        return NetworkImage.From(
            new(height, width, Read(offset, height * width * 3)), inputSize, preprocessing ?? Preprocessing.Default, part);
    }

    /// <returns>Bytes 0 or 1, of the size of the image's detail.</returns>
    public byte[] ReadDetailMask(TrainingObject item)
    {
        var (_, height, width) = _details[item.Image]!.Value;
        return ReadMask(item.Detail!.MaskOffset, height * width);
    }

    /// <summary>Notes that an image holds a category, whether or not a row has an object of it.</summary>
    public void AddPresent(int image, int category, int dataset)
    {
        _alsoPresent[image].Add(category);
        LabelSet(dataset).Add(category);
    }

    public NetworkImage ReadImage(int image)
    {
        var (offset, geometry) = _images[image];
        return new(geometry, Read(offset, geometry.ScaledHeight * geometry.ScaledWidth * 3));
    }

    /// <returns>S x S bytes, 0 or 1.</returns>
    public byte[] ReadMask(TrainingObject item) => ReadMask(item.MaskOffset, inputSize * inputSize);

    /// <summary>The categories of the other objects in an object's image, each once, in ascending order.</summary>
    /// <param name="gone">Objects that left the picture: a category all of whose rows in the image left is left out, too.</param>
    public int[] OthersOf(int index, IReadOnlySet<int>? gone = null)
    {
        var item = _objects[index];
        var rows = _objectsOf[item.Image];
        var others = rows.Where(other => other != index && gone?.Contains(other) != true).Select(other => _objects[other].Category)
            .Concat(_alsoPresent[item.Image].Where(category => category != item.Category
                && (gone is null || !rows.Any(row => _objects[row].Category == category))));
        return [.. others.Distinct().Order()];
    }

    /// <summary>The largest number of other categories that any object has in its image.</summary>
    public int MostOthers => Enumerable.Range(0, _objects.Count).Max(index => OthersOf(index).Length);

    /// <summary>A text that is equal for equal rows in equal order, and practically never otherwise.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in _objects)
        {
            var others = string.Join(',', OthersOf(_objectsOf[item.Image][0]));
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
                $"{item.Image} {GeometryOf(item.Image)} {item.MaskOffset} {item.Category} {item.Dataset} ")
                + $"{others} {JsonSerializer.Serialize(item.Given)}\n"));
        }

        hash.AppendData(_file.Digest());
        return $"{ImageCount} images, {_objects.Count} objects, {Convert.ToHexString(hash.GetHashAndReset())[..16]}";
    }

    /// <summary>The categories that a data set annotates.</summary>
    public IReadOnlySet<int> LabelSetOf(int dataset) => _labelSets[dataset];

    /// <summary>
    /// Whether an object's category is told apart from another one, or is it. Not where that may be true of the object as well, unless
    /// the object's data set uses both names: then its annotators have told them apart.
    /// </summary>
    public bool IsRival(TrainingObject item, int category) => category == item.Category
        || Compatible?[item.Category, category] is not true || LabelSetOf(item.Dataset).Contains(category);

    public void Dispose() => _file.Dispose();

    private HashSet<int> LabelSet(int dataset)
    {
        while (_labelSets.Count <= dataset)
            _labelSets.Add([]);
        return CollectionsMarshal.AsSpan(_labelSets)[dataset];
    }

    private long AppendMask(ReadOnlySpan<byte> mask)
    {
        var bits = new byte[(mask.Length + 7) / 8];
        for (var i = 0; i < mask.Length; i++)
            bits[i / 8] |= (byte)(mask[i] << i % 8);
        return _file.Append(bits);
    }

    private byte[] ReadMask(long offset, int length)
    {
        var mask = new byte[length];
        var bits = Read(offset, (mask.Length + 7) / 8);
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)(bits[i / 8] >> i % 8 & 1);
        return mask;
    }

    private byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        _file.Read(offset, bytes);
        return bytes;
    }
}
