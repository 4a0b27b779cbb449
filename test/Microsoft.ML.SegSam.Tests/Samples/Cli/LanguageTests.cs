using System.Globalization;
using Ablation;
using FineTune;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;
using SegSam.Cli;
using Studio;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class LanguageTests
{
    private static readonly CliRun Folder = new();
    private static readonly Dictionary<string, string> InEnglish = [];
    private static string _table = "", _model = "", _image = "";

    // Decimal commas, no-break spaces and a long minus, a dotless i, Arabic separators.
    public static IEnumerable<object[]> Languages => from name in (string[])["de-DE", "fr-FR", "sv-SE", "tr-TR",
        "ar-SA"] select new object[] { name };

    [ClassInitialize]
    public static void Make(TestContext _)
    {
        Folder.Phantoms(6);
        (_table, _model, _image) = (Folder.At("objects.csv"), Folder.At("model.zip"), Folder.At("slices", "images", "ct_00000.png"));
        Done("convert", Folder.At("slices"), "--out", _table);
        Done("train", _table, "--out", _model, "--epochs", "1", "--input-size", "32", "--learning-rate", "0.003");
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Languages))]
    public void Every_number_of_the_command_line_is_read_alike(string language)
    {
        using var _ = new Language(language);
        var root = SegsamCommand.Create();
        var count = 0;
        foreach (var (command, option) in root.Subcommands.SelectMany(command => command.Options.Concat(root.Options)
            .Select(option => (command, option))))
        {
            var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
            if (type == typeof(bool) || type.IsEnum || !typeof(IFormattable).IsAssignableFrom(type))
                continue;
            count++;
            var isWhole = type == typeof(int) || type == typeof(long);
            foreach (var wrong in (string[])["0,001", "1,5", "1.000,5", "1 000", "NaN", "Infinity", "many", isWhole ? "1.5" : "1e999",
                isWhole ? "1,000" : "1,000.5"])
            {
                var errors = root.Parse([command.Name, option.Name, wrong]).Errors.Select(error => error.Message).ToList();
                var kind = isWhole ? "whole number, such as 20" : "number with a decimal point, such as 0.001";
                Assert.Contains($"{option.Name} is '{wrong}'; expected a {kind}.", errors,
                    $"{command.Name} {option.Name} {wrong}");
            }

            var right = root.Parse([command.Name, option.Name, isWhole ? "-20" : "-1.25e-3"]);
            Assert.IsFalse(right.Errors.Any(error => error.Message.Contains(option.Name, StringComparison.Ordinal)), option.Name);
            var value = (IFormattable)right.GetResult(option)!.GetValueOrDefault<object>()!;
            Assert.AreEqual(isWhole ? "-20" : "-0.00125", value.ToString(null, CultureInfo.InvariantCulture), option.Name);
        }

        Assert.IsGreaterThanOrEqualTo(15, count);
    }

    [TestMethod]
    [DataRow("de-DE")]
    [DataRow("sv-SE")]
    [DataRow("tr-TR")]
    public void Every_command_says_and_writes_the_same_as_on_an_English_machine(string language)
    {
        string[][] commands =
        [
            ["convert", Folder.At("slices"), "--out", Folder.At("t.csv"), "--hold-out", "0.25", "--force"],
            ["convert", _table, "--out", Folder.At("t.json"), "--force"],
            ["train", _table, "--out", Folder.At("m.zip"), "--epochs", "1", "--input-size", "32", "--learning-rate", "0.003", "--prompts",
                "box", "--json", "--force"],
            ["evaluate", _model, _table, "--surface-tolerance", "1.5", "--pixel-spacing", "0.8,0.7", "--csv", Folder.At("e.csv"),
                "--force"],
            ["evaluate", _model, _table, "--json"],
            ["predict", _model, _image, "--box", "5.5,15.5,40,42", "--point", "20.25,30"],
            ["predict", _model, Folder.At("slices", "images"), "--box", "5.5,15.5,40,42", "--table", Folder.At("p.csv"), "--force"],
            ["auto", _model, _image, "--points-per-side", "3", "--pred-iou-threshold", "0.01", "--stability-score-threshold", "0.05",
                "--json"],
            ["info", _model],
        ];
        foreach (var command in commands)
        {
            if (!InEnglish.TryGetValue(string.Join(' ', command), out var here))
                InEnglish[string.Join(' ', command)] = here = Run(command);
            using var _ = new Language(language);
            Assert.AreEqual(here, Run(command), string.Join(' ', command));
        }
    }

    [TestMethod]
    [DataRow("de_DE.UTF-8")]
    [DataRow("fr_FR.UTF-8")]
    public void A_whole_program_reads_and_writes_numbers_alike_wherever_it_runs(string language)
    {
        var (code, output, error) = ChildProcess.DotnetUnder(language, ChildProcess.SegSamCli, "evaluate", _model, _table,
            "--surface-tolerance", "1.5");
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(output, "NSD at 1.5 px");
        Assert.AreEqual(Done("evaluate", _model, _table, "--surface-tolerance", "1.5").Trim(), output);
        (code, _, error) = ChildProcess.DotnetUnder(language, ChildProcess.SegSamCli, "train", _table, "--learning-rate", "0,001",
            "--out", Folder.At("never.zip"));
        Assert.AreEqual(2, code);
        StringAssert.Contains(error, "--learning-rate is '0,001'; expected a number with a decimal point, such as 0.001.");
        Assert.IsFalse(File.Exists(Folder.At("never.zip")));
    }

    [TestMethod]
    [DynamicData(nameof(Languages))]
    public void The_other_samples_read_numbers_alike(string language)
    {
        using var _ = new Language(language);
        Assert.AreEqual(0.25, AblationSettings.Parse(["--overlap", "0.25"]).GrayOverlap);
        Assert.AreEqual(3e-4, FineTuneOptions.Parse(["--encoder", "frozen", "--data", "x", "--rate", "0.0003"]).Rate);
        Assert.AreEqual(12, StudioOptions.Parse(["--images", "12"]).Images);
        foreach (var read in (Action[])
        [
            () => AblationSettings.Parse(["--overlap", "0,25"]), () => AblationSettings.Parse(["--epochs", "1,000"]), () =>
                FineTuneOptions.Parse(["--rate", "0,0003"]),
            () => FineTuneOptions.Parse(["--epochs", "1.000"]), () => StudioOptions.Parse(["--max-upload", "1.5"]),
        ])
            Assert.ThrowsExactly<FormatException>(read);
        foreach (var overlap in (string[])["0,5", "-Infinity", "NaN", "-0.5"])
        {
            var error = new StringWriter();
            Assert.AreEqual(2, PhantomCommand.Run(["--out", Folder.At("none"), "--overlap", overlap], TextWriter.Null, error));
            StringAssert.Contains(error.ToString(), $"a number from 0 to 1, not '{overlap}'; write it with a decimal point");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Languages))]
    public void The_server_says_numbers_alike(string language)
    {
        using var _ = new Language(language);
        StringAssert.Contains(Assert.ThrowsExactly<ProblemException>(() => UploadedImage.Decode(new byte[1234], 100)).Message,
            "The 1234 bytes");
        StringAssert.Contains(Assert.ThrowsExactly<ProblemException>(() =>
            new Exports(new("a.png", 9, 9, [new("liver", 1.5f, "")]), [], 100)).Message, "the score 1.5;");
        StringAssert.Contains(Assert.ThrowsExactly<ProblemException>(() => new Exports(new("a.png", 99, 99, null), [], 1234)).Message,
            "1,234 pixels");
    }

    // What is printed and written, but for times of day and of training.
    private static string Run(string[] command)
    {
        var (code, output, error) = Segsam(command);
        Assert.AreEqual(0, code, error);
        var files = command.Where(path => path.EndsWith(".csv", StringComparison.Ordinal)
            || path.EndsWith(".json", StringComparison.Ordinal)).Where(path => path != _table).Select(File.ReadAllText);
        return string.Join('\n', files.Prepend(output).Select(text =>
            System.Text.RegularExpressions.Regex.Replace(text, "\"date_created\":\"[^\"]*\"|\"seconds\":[0-9.]+", "")));
    }
}
