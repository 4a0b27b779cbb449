using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

/// <summary>The figures as CSV and JSON, read back by readers of their own.</summary>
[TestClass]
public sealed class MetricsExportTests
{
    private static readonly SegmentationMetrics Metrics = MetricsExample.Create("kidney, \"left\"", "Leber\nrechts") with
    {
        BinaryDice = 1 / 3d,
        BinaryHd95 = 0.1 + 0.2,
        SemanticHd95 = double.NaN,
        UnknownCategories = ["spleen"],
    };

    [TestMethod]
    public void Csv_reads_back_as_the_same_figures()
    {
        var lines = ReadCsv(Metrics.ToCsv());
        var names = lines[0];
        Assert.HasCount(1 + 2 + 2, lines);
        Assert.HasCount(names.Length, names.Distinct().ToArray());
        foreach (var line in lines)
            Assert.HasCount(names.Length, line);

        foreach (var (expected, line) in Metrics.PerCategory.Zip(lines[1..3]))
            AssertFigures(expected, names, line, prefix: "", rename: name => name == "Count" ? "masks" : name);
        AssertFigures(Metrics, names, lines[4], prefix: "", rename: name => name == "Rows" ? "masks" : name);
        AssertFigures(Metrics, names, lines[3], prefix: "Macro", rename: name => name);
        CollectionAssert.AreEqual(new[] { "category", "category", "mean over categories", "mean over masks" },
            lines[1..].Select(line => line[0]).ToArray());
        CollectionAssert.AreEqual(new[] { "kidney, \"left\"", "Leber\nrechts", "", "" }, lines[1..].Select(line => line[1]).ToArray());
    }

    [TestMethod]
    public void Json_reads_back_as_the_same_figures()
    {
        using var json = JsonDocument.Parse(Metrics.ToJson());
        AssertMembers(Metrics, json.RootElement);
        var categories = json.RootElement.GetProperty("perCategory");
        Assert.AreEqual(2, categories.GetArrayLength());
        foreach (var (expected, found) in Metrics.PerCategory.Zip(categories.EnumerateArray()))
            AssertMembers(expected, found);
        Assert.AreEqual("spleen", json.RootElement.GetProperty("unknownCategories")[0].GetString());
    }

    [TestMethod]
    public void Exports_are_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var here = (Metrics.ToCsv(), Metrics.ToJson());
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.AreEqual(here, (Metrics.ToCsv(), Metrics.ToJson()));
            Assert.Contains("0.3333333333333333,", here.Item1);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    // Every number and text of the object that starts with the prefix must have its column; the figures must be equal to the last bit.
    private static void AssertFigures(object expected, string[] names, string[] line, string prefix, Func<string, string> rename)
    {
        var checkedFigures = 0;
        foreach (var property in expected.GetType().GetProperties()
            .Where(each => each.Name.StartsWith(prefix, StringComparison.Ordinal) && (prefix != "" || !each.Name.StartsWith("Macro", StringComparison.Ordinal))))
        {
            if (property.GetValue(expected) is not (double or int or string) || property.GetValue(expected) is not { } value)
                continue;
            var name = rename(property.Name[prefix.Length..]);
            var cell = line[Array.IndexOf(names, char.ToLowerInvariant(name[0]) + name[1..])];
            Assert.AreEqual(value, value switch
            {
                double => cell == "" ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture),
                int => int.Parse(cell, CultureInfo.InvariantCulture),
                _ => cell,
            }, property.Name);
            checkedFigures++;
        }

        Assert.IsGreaterThanOrEqualTo(9, checkedFigures);
    }

    private static void AssertMembers(object expected, JsonElement found)
    {
        foreach (var property in expected.GetType().GetProperties())
        {
            var member = found.GetProperty(JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            switch (property.GetValue(expected))
            {
                case double value:
                    Assert.AreEqual(value, member.ValueKind == JsonValueKind.Null ? double.NaN : member.GetDouble(), property.Name);
                    break;
                case int value:
                    Assert.AreEqual(value, member.GetInt32(), property.Name);
                    break;
                case string value:
                    Assert.AreEqual(value, member.GetString(), property.Name);
                    break;
            }
        }
    }

    // RFC 4180: cells in quotes may hold commas and line ends, and doubled quotes.
    private static List<string[]> ReadCsv(string text)
    {
        var (lines, cells, cell, quoted) = (new List<string[]>(), new List<string>(), "", false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                cell += text[i++];
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && (text[i] is ',' or '\n'))
            {
                cells.Add(cell);
                cell = "";
                if (text[i] == '\n')
                {
                    lines.Add([.. cells]);
                    cells.Clear();
                }
            }
            else
            {
                cell += text[i];
            }
        }

        return lines;
    }
}
