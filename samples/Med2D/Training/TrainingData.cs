using System.Security.Cryptography;
using System.Text;
using Med2D.Tables;
using Microsoft.ML;

namespace Med2D.Training;

/// <summary>The rows that a run trains on.</summary>
internal sealed class TrainingData(IReadOnlyList<ObjectRow> rows)
{
    public IReadOnlyList<ObjectRow> Rows => rows;

    public int Images => rows.Select(row => row.ImageId).Distinct().Count();

    /// <summary>The sources, in order of their names.</summary>
    public IReadOnlyList<string> Sources => [.. rows.Select(row => row.Source).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>SHA-256 of what the rows say.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', rows.Select(row => $"{row.Source}|{row.ImageId}|{row.MaskId}|{row.Category}")))));

    /// <summary>The rows of at most so many images of each source, in the order of the table; null takes all.</summary>
    public TrainingData AtMost(int? images)
    {
        if (images is null)
            return this;
        var kept = rows.GroupBy(row => row.Source)
            .SelectMany(source => source.Select(row => row.ImageId).Distinct().Take(images.Value)).ToHashSet();
        return new([.. rows.Where(row => kept.Contains(row.ImageId))]);
    }

    /// <summary>The rows as the library reads them.</summary>
    /// <param name="descriptions">Of the categories; null where the glossary has them.</param>
    public IDataView Load(MLContext ml, IReadOnlyDictionary<string, string>? descriptions) =>
        ml.Data.LoadFromEnumerable(rows.Select(row => new TrainingRow(row, descriptions?[row.Category] ?? "")));

    /// <summary>The rows of at most so many images, spread evenly over the table.</summary>
    public TrainingData Sample(int images)
    {
        string[] ids = [.. rows.Select(row => row.ImageId).Distinct()];
        var count = Math.Min(images, ids.Length);
        var kept = Enumerable.Range(0, count).Select(i => ids[(long)i * ids.Length / count]).ToHashSet();
        return new([.. rows.Where(row => kept.Contains(row.ImageId))]);
    }
}
