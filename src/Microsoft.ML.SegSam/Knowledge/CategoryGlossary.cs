using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Key characteristics of categories in medical images, looked up by name.</summary>
/// <remarks>
/// Name comparison ignores case, separators, word order, plurals, British or American spelling, and numbers at the end that no entry has;
/// sup, inf, ant, post and mid are read as superior, inferior, anterior, posterior and middle. A side (left, lt, l, right, rt, r) always
/// counts. A glossary is immutable, so threads may share it.
/// </remarks>
public sealed class CategoryGlossary
{
    private const string Resource = "Microsoft.ML.SegSam.Knowledge.glossary.json";
    private readonly Lazy<IReadOnlyList<CategoryEntry>> _entries;
    private readonly Lazy<Dictionary<CategoryName, CategoryEntry>> _byName;
    private readonly Lazy<BroaderTerms> _broader;

    private CategoryGlossary(Func<IReadOnlyList<CategoryEntry>> read, string source)
    {
        _entries = new(read);
        _byName = new(() =>
        {
            var index = new Dictionary<CategoryName, CategoryEntry>();
            foreach (var entry in _entries.Value)
                Add(index, entry, source);
            new BroaderTerms(index).Check(_entries.Value, source);
            return index;
        });
        _broader = new(() => new(_byName.Value));
    }

    private CategoryGlossary(IReadOnlyList<CategoryEntry> entries, Dictionary<CategoryName, CategoryEntry> byName) =>
        (_entries, _byName, _broader) = (new(entries), new(byName), new(() => new(byName)));

    /// <summary>
    /// The library's own glossary: common structures and lesions in CT, MR, PET, X-ray, ultrasound, OCT, fundus, dermoscopy, endoscopy,
    /// histology, microscopy and electron microscopy images, in our own words. It is read on first use.
    /// </summary>
    public static CategoryGlossary Default { get; } = new(ReadEmbedded, Resource);

    /// <summary>All entries, in file order, each without a side.</summary>
    public IReadOnlyList<CategoryEntry> Entries => _entries.Value;

    /// <summary>
    /// Reads a glossary from a JSON file (UTF-8): <c>{ "version": 1, "entries": [ ... ] }</c>, where each entry has the properties of
    /// <see cref="CategoryEntry"/> in camel case.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The glossary.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not JSON or has another version; an entry has a missing, unknown or empty field; two entries share a name; or a broader
    /// term is not the name of an entry, or is also narrower. The message names the entry.
    /// </exception>
    public static CategoryGlossary Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        return Load(stream, $"'{path}'");
    }

    /// <summary>Reads a glossary from a stream, in the format of <see cref="Load(string)"/>. The stream stays open.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <returns>The glossary.</returns>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static CategoryGlossary Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Load(stream, "The stream");
    }

    /// <summary>
    /// Writes all entries in the format that <see cref="Load(string)"/> reads. If writing fails, an existing file is left unchanged.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WholeFile.Write(path, stream => GlossaryFile.Write(stream, Entries));
    }

    /// <summary>Finds the entry for a name.</summary>
    /// <param name="name">For example "Liver", "hepatic parenchyma", "kidney_left" or "LIVER-2".</param>
    /// <param name="entry">The entry, described for the side in the name if it has sides; null if there is none.</param>
    /// <returns>
    /// Whether an entry was found. A name with a side finds no entry without sides, and a name with both sides finds nothing.
    /// </returns>
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

    /// <summary>
    /// Whether both names may be true of one object: they are names of one category, or one is a broader term of the other. So an object
    /// that is called by one of them is no example of what the other is not.
    /// </summary>
    /// <param name="name">In any spelling that <see cref="TryFind"/> understands; an entry is not needed.</param>
    /// <param name="other">The same.</param>
    /// <remarks>
    /// Broader are an entry's <see cref="CategoryEntry.Broader"/> and theirs in turn, and a name without the side or the number that the
    /// other has: "lung" of "left lung", "rib" of "rib 9". Opposite sides and different numbers never agree, so L1 is not L2 though both
    /// have one description. A part is another object than its whole. A number that starts with 0 counts instances and is ignored.
    /// </remarks>
    internal bool Compatible(string name, string other) => _broader.Value.Agree(name, other);

    /// <summary>This glossary and one more entry.</summary>
    /// <exception cref="InvalidDataException">
    /// A name of the entry already belongs to another entry, or a broader term to none.
    /// </exception>
    internal CategoryGlossary With(CategoryEntry entry)
    {
        var index = new Dictionary<CategoryName, CategoryEntry>(_byName.Value);
        const string source = "The glossary with the new entry";
        Add(index, entry, source);
        new BroaderTerms(index).Check([entry], source);
        return new([.. Entries, entry], index);
    }

    /// <summary>A glossary without entries.</summary>
    internal static CategoryGlossary Empty { get; } = new([], []);

    private static CategoryGlossary Load(Stream stream, string source)
    {
        var entries = GlossaryFile.Read(stream, source);
        var glossary = new CategoryGlossary(() => entries, source);
        _ = glossary._byName.Value; // Names that clash and broader terms that fail are errors of the file, to be reported now.
        return glossary;
    }

    private static IReadOnlyList<CategoryEntry> ReadEmbedded()
    {
        using var stream = typeof(CategoryGlossary).Assembly.GetManifestResourceStream(Resource)!;
        return GlossaryFile.Read(stream, Resource);
    }

    private static void Add(Dictionary<CategoryName, CategoryEntry> index, CategoryEntry entry, string source)
    {
        foreach (var name in entry.Synonyms.Prepend(entry.Name))
        {
            foreach (var (key, value) in Keys(entry, name, source))
            {
                if (!index.TryAdd(key, value))
                    throw GlossaryFile.Invalid(source, $"the name '{name}' of '{entry.Name}' is already a name of '{index[key].Name}'; "
                        + "names must differ in more than case, order, plural and spelling. Remove one of them");
            }
        }
    }

    private static IEnumerable<(CategoryName Key, CategoryEntry Entry)> Keys(CategoryEntry entry, string name, string source)
    {
        var candidates = CategoryName.Candidates(name).Take(1).ToList();
        if (candidates.Count == 0)
            throw GlossaryFile.Invalid(source, $"the name '{name}' of '{entry.Name}' contains no word, or names both sides; rename it");
        var key = candidates[0];
        if (entry.HasSides && key.Side is not null)
            throw GlossaryFile.Invalid(source, $"the name '{name}' of '{entry.Name}' names a side although hasSides is true; remove the "
                + "side");
        yield return (key, entry);
        if (!entry.HasSides)
            yield break;
        foreach (var side in Enum.GetValues<BodySide>())
            yield return (key with { Side = side }, entry with { Side = side });
    }
}
