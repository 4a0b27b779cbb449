using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>
/// Which names are broader than others: by what the entries say (the broader terms of a thesaurus, as in SKOS), and by sides and numbers.
/// </summary>
/// <param name="byName">The entries of a glossary by each of their names, with and without sides.</param>
internal sealed partial class BroaderTerms(IReadOnlyDictionary<CategoryName, CategoryEntry> byName)
{
    private readonly ConcurrentDictionary<string, Term?> _terms = new(StringComparer.Ordinal); // A name is compared with many others.

    /// <summary>Whether two names may be true of one object; see <see cref="CategoryGlossary.Compatible"/>.</summary>
    public bool Agree(string name, string other) =>
        string.Equals(name, other, StringComparison.Ordinal)
        || (_terms.GetOrAdd(name, Find) is { } one && _terms.GetOrAdd(other, Find) is { } two
            && (one.Side is null || two.Side is null || one.Side == two.Side)
            && (one.Number.Length == 0 || two.Number.Length == 0 || one.Number == two.Number)
            && (one.Key == two.Key || Above(one.Key).Contains(two.Key) || Above(two.Key).Contains(one.Key)));

    /// <exception cref="InvalidDataException">A broader term is no entry's name, names a side, or leads back to the entry.</exception>
    public void Check(IReadOnlyList<CategoryEntry> entries, string source)
    {
        foreach (var entry in entries)
        {
            var own = CategoryName.Of(entry.Name)!.Value;
            foreach (var name in entry.Broader)
            {
                if (CategoryName.Of(name) is not { } key || !byName.TryGetValue(key, out var found) || found.Side is not null)
                    throw GlossaryFile.Invalid(source, $"the broader term '{name}' of '{entry.Name}' is not the name of an entry, without "
                        + "a side; add an entry of this name, or remove the term");
                if (Own(key) is var broader && (broader == own || Above(broader).Contains(own)))
                    throw GlossaryFile.Invalid(source, $"'{name}' is a broader term of '{entry.Name}', and the other way round; remove one "
                        + "of the two");
            }
        }
    }

    // A name without an entry stands for itself.
    private Term? Find(string name)
    {
        var keys = CategoryName.Candidates(name).ToList();
        if (keys.Count == 0)
            return null;
        var numbers = Number().Matches(name).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);
        var bare = keys.Select(key => key with { Side = null });
        var known = keys.Concat(bare).FirstOrDefault(byName.ContainsKey, bare.Last());
        var own = Own(known);
        return new(own, keys[0].Side ?? own.Side, string.Join(' ', numbers));
    }

    // All broader terms of a key, near and far.
    private HashSet<CategoryName> Above(CategoryName key)
    {
        var (found, next) = (new HashSet<CategoryName>(), new Stack<CategoryName>([key]));
        while (next.TryPop(out var current))
        {
            foreach (var broader in Next(current).Where(found.Add))
                next.Push(broader);
        }

        return found;
    }

    private IEnumerable<CategoryName> Next(CategoryName key)
    {
        if (key.Side is not null && Own(key with { Side = null }) is var bare && bare != key)
            yield return bare; // The left atrium is an atrium.
        foreach (var name in byName.TryGetValue(key, out var entry) ? entry.Broader : [])
            yield return Own(CategoryName.Of(name)!.Value);
    }

    // The key of the entry that has this name.
    private CategoryName Own(CategoryName key) =>
        byName.TryGetValue(key, out var entry) ? CategoryName.Of(entry.Name)!.Value : key;

    // L1, rib 9. A number that starts with 0 counts instances.
    [GeneratedRegex("(?<![0-9])[1-9][0-9]*")]
    private static partial Regex Number();

    /// <param name="Key">The name of its entry.</param>
    /// <param name="Side">The side named, or that of the entry's name.</param>
    /// <param name="Number">The numbers in the name.</param>
    private readonly record struct Term(CategoryName Key, BodySide? Side, string Number);
}
