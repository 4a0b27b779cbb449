using System.Globalization;
using System.Text;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Largest errors of one quantity.</summary>
internal sealed class ParityRow
{
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<Precision, (double Error, double Allowed)> _largest = [];

    public int Count => _names.Count;

    public void Add(Precision precision, string name, double error, double allowed)
    {
        _names.Add(name);
        var before = _largest.GetValueOrDefault(precision);
        _largest[precision] = (Math.Max(before.Error, error), Math.Max(before.Allowed, allowed));
    }

    /// <summary>Error and allowance as text; empty where nothing was compared.</summary>
    public (string Error, string Allowed) Of(Precision precision) =>
        _largest.TryGetValue(precision, out var largest) ? (Number(largest.Error), Number(largest.Allowed)) : ("", "");

    private static string Number(double value) => value == 0 ? "0" : value.ToString("0.0e-0", CultureInfo.InvariantCulture);
}

/// <summary>docs/parity.md.</summary>
internal static class ParityTable
{
    public static void Write(IReadOnlyDictionary<(string Group, string What), ParityRow> rows)
    {
        var text = new StringBuilder($"""
        # Parity with the official models

        Our network, imaging, losses and training compared with values that the unmodified official code of SAM and SAM-Med2D
        computed for small configurations: the largest error of each quantity beside the largest that the tests allow. Errors are
        absolute unless the row says relative; where nothing may differ, the row gives a count. Encoder stages have their official names.

        Written by `SEGSAM_APPROVE=1 dotnet test --filter "TestCategory=Golden"`.
        Source: {(GoldenFolder.IsTrimmed ? "the trimmed copy in the repository" : "the full golden folder")}.
        Errors in float32 vary slightly between processors.

        """.ReplaceLineEndings("\n"));
        foreach (var group in rows.GroupBy(row => row.Key.Group).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\n");
            text.Append("| quantity | cases | float64 | allowed | float32 | allowed |\n| --- | --- | --- | --- | --- | --- |\n");
            foreach (var ((_, what), row) in group.OrderBy(row => row.Key.What, StringComparer.Ordinal))
            {
                var (exact, single) = (row.Of(Precision.Double), row.Of(Precision.Single));
                text.Append(CultureInfo.InvariantCulture,
                    $"| {what} | {row.Count} | {exact.Error} | {exact.Allowed} | "
                    + $"{single.Error} | {single.Allowed} |\n");
            }
        }

        text.Append("\n## Tensors no test read\n\n");
        text.AppendJoin('\n', GoldenFolder.Unread.Select(tensor => "- " + tensor).DefaultIfEmpty("None.")).Append('\n');

        var folder = Directory.CreateDirectory(Path.Combine(SharedFolder.Repository, "docs"));
        File.WriteAllText(Path.Combine(folder.FullName, "parity.md"), text.ToString());
    }
}
