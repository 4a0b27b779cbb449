using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

/// <summary>The figures as CSV and JSON, read back by readers of their own.</summary>
[TestClass]
public sealed class MetricsExportTests
{
    private static readonly SegmentationMetrics Metrics = MetricsExample.Create("kidney, \"left\"", "Leber\nrechts",
        binary: new() { Dice = 1 / 3d, IoU = 0.7, Nsd = 1 / 3d, Hd95 = 0.1 + 0.2, Hd95LeftOut = 1 }, hd95: double.NaN, unknown: ["spleen"]);

    [TestMethod]
    public void Csv_reads_back_as_the_same_figures()
    {
        var lines = ReadCsv(Metrics.ToCsv());
        var names = lines[0];
        Assert.HasCount(1 + 2 + 2, lines);
        Assert.HasCount(names.Length, names.Distinct().ToArray());
        foreach (var line in lines)
            Assert.HasCount(names.Length, line);

        foreach (var (expected, line) in Metrics.PerCategory.Values.Zip(lines[1..3]))
            AssertFigures(expected, names, line, except: []);
        AssertFigures(Metrics, names, lines[4], except: []);
        AssertFigures(Metrics.OverCategories, names, lines[3], except: ["Count", "Hd95LeftOut"]);
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
        CollectionAssert.AreEqual(Metrics.PerCategory.Keys.ToArray(),
            categories.EnumerateObject().Select(category => category.Name).ToArray());
        foreach (var (name, expected) in Metrics.PerCategory)
            AssertMembers(expected, categories.GetProperty(name));
        var cells = json.RootElement.GetProperty("confusion").GetProperty("cells").EnumerateArray().Select(cell =>
            (cell.GetProperty("truth").GetString(), cell.GetProperty("predicted").GetString(),
                cell.GetProperty("count").GetInt32())).ToArray();
        CollectionAssert.AreEqual(Metrics.Confusion.Cells.Select(cell => (cell.Truth, cell.Predicted, cell.Count)).ToArray(), cells);
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

    // Every number and text of the object must have its column; the figures must be equal to the last bit.
    private static void AssertFigures(object expected, string[] names, string[] line, string[] except)
    {
        var checkedFigures = 0;
        foreach (var (name, value) in Figures(expected).Where(figure =>
            !except.Any(end => figure.Name.EndsWith(end, StringComparison.Ordinal))))
        {
            var column = name is "Count" or "Rows" ? "masks" : char.ToLowerInvariant(name[0]) + name[1..];
            var cell = line[Array.IndexOf(names, column)];
            Assert.AreEqual(value, value switch
            {
                double => cell == "" ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture),
                int => int.Parse(cell, CultureInfo.InvariantCulture),
                _ => cell,
            }, name);
            checkedFigures++;
        }

        Assert.IsGreaterThanOrEqualTo(9, checkedFigures);
    }

    private static IEnumerable<(string Name, object Value)> Figures(object expected) =>
        expected.GetType().GetProperties().SelectMany(property =>
        property.GetValue(expected) switch
        {
            MaskFigures figures => Figures(figures).Select(figure => (property.Name + figure.Name, figure.Value)),
            double or int or string => [(property.Name, property.GetValue(expected)!)],
            _ => [],
        });

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
                case MaskFigures or MetricMeans:
                    AssertMembers(property.GetValue(expected)!, member);
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
