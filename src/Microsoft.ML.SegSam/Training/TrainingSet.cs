using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training;

/// <summary>One object: its image, category, data set and the prompt of its row, in the network's frame.</summary>
internal sealed record TrainingObject(int Image, long MaskOffset, int Category, int Dataset, Prompt Given);

/// <summary>
/// The training rows, ready for the network: each scaled image once, and the masks, in a temporary file. Memory holds a few numbers
/// for each row.
/// </summary>
internal sealed class TrainingSet(int inputSize, string folder) : IDisposable
{
    private readonly TemporaryFile _file = new(folder);
    private readonly List<(long Offset, ImageGeometry Geometry)> _images = [];
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

    public int Add(NetworkImage image)
    {
        _images.Add((_file.Append(image.Pixels), image.Geometry));
        _objectsOf.Add([]);
        _alsoPresent.Add([]);
        return _images.Count - 1;
    }

    /// <param name="mask">S x S bytes, 0 or 1.</param>
    /// <param name="given">The row's prompt, in the network's frame.</param>
    public void Add(int image, ReadOnlySpan<byte> mask, int category, int dataset, Prompt given)
    {
        var bits = new byte[(mask.Length + 7) / 8];
        for (var i = 0; i < mask.Length; i++)
            bits[i / 8] |= (byte)(mask[i] << i % 8);
        _objectsOf[image].Add(_objects.Count);
        _objects.Add(new(image, _file.Append(bits), category, dataset, given));
        LabelSet(dataset).Add(category);
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
    public byte[] ReadMask(TrainingObject item)
    {
        var mask = new byte[inputSize * inputSize];
        var bits = Read(item.MaskOffset, (mask.Length + 7) / 8);
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)(bits[i / 8] >> i % 8 & 1);
        return mask;
    }

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

    public void Dispose() => _file.Dispose();

    private HashSet<int> LabelSet(int dataset)
    {
        while (_labelSets.Count <= dataset)
            _labelSets.Add([]);
        return CollectionsMarshal.AsSpan(_labelSets)[dataset];
    }

    private byte[] Read(long offset, int length)
    {
        var bytes = new byte[length];
        _file.Read(offset, bytes);
        return bytes;
    }
}
