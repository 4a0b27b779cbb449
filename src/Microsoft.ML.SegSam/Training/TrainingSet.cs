using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training;

/// <summary>One prompted object: its image, category, data set and the prompt that its row came with (network's frame).</summary>
internal sealed record TrainingObject(int Image, long MaskOffset, int Category, int Dataset, Prompt Given);

/// <summary>
/// The training rows, ready for the network: scaled images once each, and masks, in a temporary file. Memory holds a few numbers
/// for each row, so it hardly grows with the data.
/// </summary>
internal sealed class TrainingSet(int inputSize, string folder) : IDisposable
{
    private readonly TemporaryFile _file = new(folder);
    private readonly List<(long Offset, ImageGeometry Geometry)> _images = [];
    private readonly List<List<int>> _objectsOf = [];
    private readonly List<HashSet<int>> _alsoPresent = [];
    private readonly List<TrainingObject> _objects = [];
    private readonly List<HashSet<int>> _labelSets = [];

    /// <summary>Where temporary files are.</summary>
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
    /// <param name="given">The row's prompt in the network's frame.</param>
    public void Add(int image, ReadOnlySpan<byte> mask, int category, int dataset, Prompt given)
    {
        var bits = new byte[(mask.Length + 7) / 8];
        for (var i = 0; i < mask.Length; i++)
            bits[i / 8] |= (byte)(mask[i] << i % 8);
        _objectsOf[image].Add(_objects.Count);
        _objects.Add(new(image, _file.Append(bits), category, dataset, given));
        LabelSet(dataset).Add(category);
    }

    /// <summary>Notes that an image holds a category, whether or not one of its objects is a row.</summary>
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
    public byte[] ReadMask(TrainingObject found)
    {
        var mask = new byte[inputSize * inputSize];
        var bits = Read(found.MaskOffset, (mask.Length + 7) / 8);
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)(bits[i / 8] >> i % 8 & 1);
        return mask;
    }

    /// <summary>The categories of the other objects in an object's image, each once, in ascending order.</summary>
    /// <param name="gone">Objects to be taken as not there, and with the last row of a category the category.</param>
    public int[] OthersOf(int index, IReadOnlySet<int>? gone = null)
    {
        var found = _objects[index];
        var rows = _objectsOf[found.Image];
        var others = rows.Where(other => other != index && gone?.Contains(other) != true).Select(other => _objects[other].Category)
            .Concat(_alsoPresent[found.Image].Where(category => category != found.Category
                && (gone is null || !rows.Any(row => _objects[row].Category == category))));
        return [.. others.Distinct().Order()];
    }

    /// <summary>The most other categories that an image has besides a prompted object's.</summary>
    public int MostOthers => Enumerable.Range(0, _objects.Count).Max(index => OthersOf(index).Length);

    /// <summary>A text that is equal for equal rows in equal order, and hardly ever otherwise.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var found in _objects)
        {
            var others = string.Join(',', OthersOf(_objectsOf[found.Image][0]));
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(
                $"{found.Image} {GeometryOf(found.Image)} {found.MaskOffset} {found.Category} {found.Dataset} {others} {JsonSerializer.Serialize(found.Given)}\n")));
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
