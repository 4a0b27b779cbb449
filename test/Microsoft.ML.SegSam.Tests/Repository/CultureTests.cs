using System.Globalization;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Metrics;

namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class CultureTests
{
    public TestContext TestContext { get; set; } = null!;

    // The second round of .ci/run is in another language; it would prove nothing if the runtime did not take it up.
    [TestMethod]
    public void The_tests_run_in_the_language_that_the_environment_asks_for()
    {
        var asked = Environment.GetEnvironmentVariable("LC_ALL")?.Split('.')[0].Replace('_', '-');
        TestContext.WriteLine($"These tests run in '{CultureInfo.CurrentCulture.Name}'.");
        if (OperatingSystem.IsLinux() && asked is { Length: 5 })
            Assert.AreEqual(asked, CultureInfo.CurrentCulture.Name);
    }

    [TestMethod]
    [DynamicData(nameof(Folders))]
    public void No_number_becomes_text_in_the_machines_language(string folder)
    {
        var found = NumbersInText.In(folder);
        Assert.IsEmpty(
            found,
            "Use FormattableString.Invariant, string.Create or ToString with CultureInfo.InvariantCulture:\n"
            + string.Join('\n', found));
    }

    [TestMethod]
    public void The_search_finds_each_way_in_which_a_number_becomes_text()
    {
        const string Code = """
            using System;
            using System.Globalization;
            using System.Text;
            record Figures(string Name, double Dice);
            record Named(string Name, int Count);
            static class Some<T>
            {
                static double real = 0.5; static int whole = 1; static float[] many = [];
                static object any = 1; static T one = default!; static Figures figures = new("", 1);
                static string[] Wrong() => [
                    $"{real}", // wrong
                    $"{whole:N0}", // wrong
                    $"{any}", // wrong
                    $"{one}", // wrong
                    $"{figures}", // wrong
                    "at " + real, // wrong
                    string.Join(", ", many), // wrong
                    new StringBuilder().Append(real).ToString(), // wrong
                    FormattableString.Invariant($"{string.Join(", ", many)}"), // wrong
                    FormattableString.Invariant($"{whole} {(whole > 0 ? $"{real}" : "")}"), // wrong
                    new ArgumentOutOfRangeException("", real, "").Message, // wrong
                ];
                static string[] Right() => [
                    $"{whole} {whole:x2} {"text"} {new Named("", 1)}",
                    FormattableString.Invariant($"{real:0.00} {any} {one}"),
                    string.Create(CultureInfo.InvariantCulture, $"{real} " + $"{real}"),
                    new StringBuilder().Append(CultureInfo.InvariantCulture, $"{real}").ToString(),
                    "at " + real.ToString(CultureInfo.InvariantCulture),
                    string.Join(", ", new[] { "text" }),
                ];
            }
            """;
        var expected = Code.Split('\n').Index().Where(line => line.Item.EndsWith("// wrong", StringComparison.Ordinal))
            .Select(line => line.Index + 1);
        Assert.AreSequenceEqual(expected, NumbersInText.Lines(Code));
    }

    [TestMethod]
    [DataRow("de-DE")]
    [DataRow("tr-TR")]
    [DataRow("sv-SE")]
    [DataRow("fa-IR")]
    public void What_the_library_says_is_the_same_in_every_language(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var expected = Said().ToArray();
            CultureInfo.CurrentCulture = new(culture);
            Assert.AreNotEqual("-0.5 I", $"{-0.5} {"i".ToUpper(CultureInfo.CurrentCulture)}", "The language must differ.");
            foreach (var (one, other) in expected.Zip(Said()))
                Assert.AreEqual(one, other);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static IEnumerable<object[]> Folders => [[Path.Combine("src", "Microsoft.ML.SegSam")], ["samples"]];

    private static IEnumerable<string> Said()
    {
        var metrics = MetricsExample.Create("liver", "INDEX ı");
        foreach (var text in (string[])[metrics.ToString(), metrics.ToCsv(), metrics.ToJson(), metrics.Confusion.ToSvg()])
            yield return text;
        yield return new TrainingProgress(1, 2, 0.5, new Dictionary<string, double> { ["mask"] = -0.25 }, null, true, 10.5,
            TimeSpan.FromSeconds(1.5), "CPU", "float32").ToString();
        foreach (var options in (SegSamOptions[])
        [
            new() { ClassWeight = -0.5 },
            new() { BoxJitter = 1.5 },
            new() { Epochs = -1 },
            new() { Augmentation = new() { Rotation = -1.5 } },
        ])
        {
            yield return Message(() => options.Validate());
        }
        foreach (var prompt in (Prompt[])
        [
            new([5.5f, 1, -2.5f, 3], [], []),
            new([-9.5f, 1, -2.5f, 3], [], []),
            new(null, [-0.5f, 1.5f], [1]),
            new(null, [0.5f, 1.5f], [-0.5f]),
        ])
        {
            yield return prompt.Check(8, 8, 4)!.Value.Problem;
        }
        yield return Message(() => LabelMap.Compose(4, [(1, -0.5f, new float[4])]));
        yield return Message(() => SegmentationMask.FromCounts([-1, 5], 2, 2));
        yield return Message(() => _ = new PixelSpacing(-0.5, 1.5));
        yield return Message(() => _ = new SurfaceRuler(-0.5, null));
    }

    private static string Message(Action act) => Assert.Throws<ArgumentException>(act).Message;
}
