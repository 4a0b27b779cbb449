using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Key characteristics of categories in medical images, found by name.</summary>
/// <remarks>
/// Names are compared without regard to case, separators, word order, plural, British or American spelling, and a number at the
/// end; a side (left, lt, l, right, rt, r) always counts. A catalogue never changes, so many threads may use one.
/// </remarks>
public sealed class CategoryCatalogue
{
    private const string Resource = "Microsoft.ML.SegSam.Knowledge.catalogue.json";
    private readonly Lazy<IReadOnlyList<CategoryEntry>> _entries;
    private readonly Lazy<Dictionary<CategoryName, CategoryEntry>> _byName;

    private CategoryCatalogue(Func<IReadOnlyList<CategoryEntry>> read, string source)
    {
        _entries = new(read);
        _byName = new(() =>
        {
            var index = new Dictionary<CategoryName, CategoryEntry>();
            foreach (var entry in _entries.Value)
                Add(index, entry, source);
            return index;
        });
    }

    private CategoryCatalogue(IReadOnlyList<CategoryEntry> entries, Dictionary<CategoryName, CategoryEntry> byName) => (_entries, _byName) = (new(entries), new(byName));

    /// <summary>The catalogue within this library: common structures and lesions of CT, MR, PET, X-ray, ultrasound, fundus, dermoscopy, endoscopy and histology, in our own words. It is read when first asked.</summary>
    public static CategoryCatalogue Default { get; } = new(ReadEmbedded, Resource);

    /// <summary>All entries, in the file's order and without a side.</summary>
    public IReadOnlyList<CategoryEntry> Entries => _entries.Value;

    /// <summary>Reads a catalogue from a JSON file (UTF-8): <c>{ "version": 1, "entries": [ ... ] }</c>, where each entry has the properties of <see cref="CategoryEntry"/> in camel case.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no JSON or has another version, an entry lacks a field, has an unknown or an empty one, or two entries have one name; the message says which.</exception>
    public static CategoryCatalogue Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        return Load(stream, $"'{path}'");
    }

    /// <summary>Reads a catalogue from a stream, as <see cref="Load(string)"/> does from a file; the stream stays open.</summary>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static CategoryCatalogue Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, "The stream");
    }

    /// <summary>Writes all entries in the form that <see cref="Load(string)"/> reads. A failure leaves a file that was there as it was.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WholeFile.Write(path, stream => CatalogueFile.Write(stream, Entries));
    }

    /// <summary>Finds the entry of a name.</summary>
    /// <param name="name">Such as "Liver", "hepatic parenchyma", "kidney_left" or "LIVER-2".</param>
    /// <param name="entry">The entry; its <see cref="CategoryEntry.Side"/> is the side in the name where it has sides. Null where nothing was found.</param>
    /// <returns>Whether there is one. A name with a side finds no entry without sides, and one with both sides finds nothing.</returns>
    public bool TryFind(string name, [NotNullWhen(true)] out CategoryEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var candidate in CategoryName.Candidates(name))
        {
            if (_byName.Value.TryGetValue(candidate, out entry))
                return true;
        }

        entry = null;
        return false;
    }

    /// <summary>This catalogue and one more entry.</summary>
    /// <exception cref="InvalidDataException">A name of the entry is another entry's.</exception>
    internal CategoryCatalogue With(CategoryEntry entry)
    {
        var index = new Dictionary<CategoryName, CategoryEntry>(_byName.Value);
        Add(index, entry, "The catalogue with what was written");
        return new([.. Entries, entry], index);
    }

    /// <summary>A catalogue of no entries.</summary>
    internal static CategoryCatalogue Empty { get; } = new([], []);

    private static CategoryCatalogue Load(Stream stream, string source)
    {
        var entries = CatalogueFile.Read(stream, source);
        var catalogue = new CategoryCatalogue(() => entries, source);
        _ = catalogue._byName.Value; // Names that clash are the file's fault, to be told now.
        return catalogue;
    }

    private static IReadOnlyList<CategoryEntry> ReadEmbedded()
    {
        using var stream = typeof(CategoryCatalogue).Assembly.GetManifestResourceStream(Resource)!;
        return CatalogueFile.Read(stream, Resource);
    }

    private static void Add(Dictionary<CategoryName, CategoryEntry> index, CategoryEntry entry, string source)
    {
        foreach (var name in entry.Synonyms.Prepend(entry.Name))
        {
            foreach (var (key, value) in Keys(entry, name, source))
            {
                if (!index.TryAdd(key, value))
                    throw CatalogueFile.Bad(source, $"the name '{name}' of '{entry.Name}' is already a name of '{index[key].Name}'; names must differ in more than case, order, plural and spelling. Remove one");
            }
        }
    }

    private static IEnumerable<(CategoryName Key, CategoryEntry Entry)> Keys(CategoryEntry entry, string name, string source)
    {
        var candidates = CategoryName.Candidates(name).Take(1).ToList();
        if (candidates.Count == 0)
            throw CatalogueFile.Bad(source, $"the name '{name}' of '{entry.Name}' holds no word, or both sides; rename it");
        var key = candidates[0];
        if (entry.HasSides && key.Side is not null)
            throw CatalogueFile.Bad(source, $"the name '{name}' of '{entry.Name}' names a side although hasSides is true; leave the side out");
        yield return (key, entry);
        if (!entry.HasSides)
            yield break;
        foreach (var side in Enum.GetValues<BodySide>())
            yield return (key with { Side = side }, entry with { Side = side });
    }
}
