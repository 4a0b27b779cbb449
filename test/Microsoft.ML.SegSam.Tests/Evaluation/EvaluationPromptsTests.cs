using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class EvaluationPromptsTests
{
    private static readonly bool[] Other = Pixels("##.... .##... .##... .##... ....##");

    // Another program computed these from the rule as the file states it.
    [TestMethod]
    [DataRow(1, new[] { 1, 2 }, new[] { 3, 2, 1 }, new[] { 4, 4, 0 })]
    [DataRow(2, new[] { 2, 3 }, new[] { 1, 0, 0 }, new[] { 5, 4, 0 })]
    [DataRow(7, new[] { 3, 2 }, new[] { 3, 1, 1 }, new[] { 5, 4, 0 })]
    public void Prompts_are_those_that_another_program_draws(int seed, int[] first, int[] second, int[] third)
    {
        var prompts = EvaluationPrompts.Create(EvaluationRow.Load([Drawn("...... .###.. .###.. .##... ......")]), seed);
        var prompt = prompts.Prompts.Single();
        Assert.AreEqual("c93a8fd5807d87ffa86d8d0e7a64d8c0bad39c86845a04d6127ff694e74e7a83", prompt.Mask);
        CollectionAssert.AreEqual(new[] { 1, 1, 4, 4 }, prompt.Box.ToArray());
        CollectionAssert.AreEqual(first, prompt.Point.ToArray());
        var truth = Pixels("...... .###.. .###.. .##... ......");
        Assert.AreEqual(new EvaluationPoint(second[0], second[1], second[2] == 1), prompts.NextPoint(prompt, 2, truth, Other));
        Assert.AreEqual(new EvaluationPoint(third[0], third[1], third[2] == 1), prompts.NextPoint(prompt, 3, truth, Other));
    }

    [TestMethod]
    public void Later_points_lie_in_the_error_and_say_which_is_right() =>
        Gen.Select(Gen.Bool.Array[30], Gen.Bool.Array[30], Gen.Int[1, 9], Gen.Int[0, 1000]).Sample((truth, predicted, number, seed) =>
        {
            var (prompts, prompt) = One(seed);
            var point = prompts.NextPoint(prompt, number, truth, predicted);
            if (truth.SequenceEqual(predicted))
                Assert.IsNull(point);
            else
                Assert.AreEqual((true, truth[point!.Y * 6 + point.X]),
                    (truth[point.Y * 6 + point.X] != predicted[point.Y * 6 + point.X], point.OnObject));
        }, iter: 200, threads: 1);

    [TestMethod]
    public void Without_an_error_there_is_no_point()
    {
        var (prompts, prompt) = One(1);
        Assert.IsNull(prompts.NextPoint(prompt, 2, Other, Other));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => prompts.NextPoint(prompt, 2, Other, Other.AsSpan(1)));
        Assert.Contains("30 and 29 pixels; expected 6 x 5", failure.Message);
    }

    [TestMethod]
    public void A_file_gives_back_what_was_saved()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.json");
        var made = EvaluationPrompts.Create(EvaluationRow.Load(EvaluationRow.Rows(3)), seed: 5);
        made.Save(path);
        var loaded = EvaluationPrompts.Load(path);
        Assert.AreEqual((5, 6), (loaded.Seed, loaded.Prompts.Count));
        Assert.AreEqual(("image 2", "disc", "case 1", "mr"),
            (loaded.Prompts[4].ImageId, loaded.Prompts[4].Category, loaded.Prompts[4].CaseId, loaded.Prompts[4].Modality));
        var first = File.ReadAllBytes(path);
        loaded.Save(path);
        CollectionAssert.AreEqual(first, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
        Assert.Contains("number h mod m", JsonNode.Parse(first)!["clicks"]!.GetValue<string>());
    }

    [TestMethod]
    public void The_order_of_rows_changes_no_prompt()
    {
        var rows = EvaluationRow.Rows(3);
        var there = EvaluationPrompts.Create(EvaluationRow.Load(rows)).Prompts;
        var back = EvaluationPrompts.Create(EvaluationRow.Load(Enumerable.Reverse(rows))).Prompts;
        foreach (var (one, other) in there.Zip(back.Reverse()))
            Assert.AreEqual(string.Join(' ', [one.ImageId, one.Category, .. one.Point, .. one.Box]),
                string.Join(' ', [other.ImageId, other.Category, .. other.Point, .. other.Box]));
    }

    [TestMethod]
    [DataRow("{", "not readable as evaluation prompts")]
    [DataRow("[1]", "'format'")]
    [DataRow("""{"format":"coco","version":1}""", "is it another file?")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts"}""", "its version is missing; this library reads version 1")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts","version":2,"later":{}}""", "its version is 2; this library reads version 1")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts","version":1,"seed":1,"clicks":""}""",
        "missing required properties including: 'prompts'")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts","version":1,"seed":1,"clicks":"","prompts":[]}""", "it holds no prompts")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts","version":1,"seed":1,"clicks":"","prompts":[null]}""", "it holds no prompts")]
    [DataRow("""{"format":"SEG-SAM evaluation prompts","version":1,"seed":1,"clicks":"","prompts":null}""",
        "not readable as evaluation prompts")]
    public void A_file_that_is_something_else_is_refused(string text, string expected) => Assert.Contains(expected, Refusal(text));

    [TestMethod]
    [DataRow("box", "[1,1,9,4]", "the box is not x0, y0, x1, y1 on an image 6 wide and 5 high")]
    [DataRow("box", "[1,1,4]", "the box is not")]
    [DataRow("point", "[5,4]", "the point is not x, y in the box")]
    [DataRow("mask", "\"abc\"", "the checksum of the mask has 3 digits; expected 64")]
    [DataRow("category", "\"\"", "an image id or a category is empty")]
    [DataRow("category", "null", "not readable")]
    [DataRow("height", "0", "the image has 0 rows")]
    public void A_prompt_that_makes_no_sense_is_named(string member, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.json");
        One(1).Prompts.Save(path);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["prompts"]![0]![member] = JsonNode.Parse(value);
        var message = Refusal(json.ToJsonString());
        Assert.Contains(expected, message);
        Assert.Contains("EvaluationPrompts.Create", message);
    }

    [TestMethod]
    public void A_file_that_is_not_there_is_an_IO_error() =>
        Assert.ThrowsExactly<FileNotFoundException>(() => EvaluationPrompts.Load("no such file.json"));

    [TestMethod]
    public void Rows_that_no_prompt_can_be_made_for_are_named()
    {
        Assert.Contains("Column 'Mask', row 1 (counting from 0): the mask is empty", Refusal([Drawn("##"), Drawn("..")]));
        Assert.Contains("row 0 (counting from 0): there is no mask", Refusal([Drawn("##") with { Mask = null }]));
        Assert.Contains("Column 'ImageId', row 0", Refusal([Drawn("##") with { ImageId = "" }]));
        Assert.Contains("There are no rows", Refusal([]));
        Assert.Contains("image 'image 0' is 3 x 1 pixels, case 'one'", Refusal([Drawn("##"), Drawn("##.")]));
        Assert.Contains("case 'two'", Refusal([Drawn("##"), Drawn("##") with { CaseId = "two" }]));
        var failure = Assert.ThrowsExactly<ArgumentException>(() =>
            EvaluationPrompts.Create(EvaluationRow.Load([Drawn("##")]), modalityColumnName: "Kind"));
        Assert.StartsWith("Column 'Kind' is missing; expected text", failure.Message);
    }

    private static bool[] Pixels(string drawing) => [.. drawing.Where(pixel => pixel != ' ').Select(pixel => pixel == '#')];

    private static EvaluationRow Drawn(string mask) =>
        new() { Mask = ScoredRow.Image(mask), Category = "Leber ä", ImageId = "image 0", CaseId = "one", Modality = "ct" };

    private static (EvaluationPrompts Prompts, EvaluationPrompt Prompt) One(int seed)
    {
        var prompts = EvaluationPrompts.Create(EvaluationRow.Load([Drawn("...... .###.. .###.. .##... ......")]), seed);
        return (prompts, prompts.Prompts[0]);
    }

    private static string Refusal(string text)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.json");
        File.WriteAllText(path, text);
        return Assert.ThrowsExactly<InvalidDataException>(() => EvaluationPrompts.Load(path)).Message;
    }

    private static string Refusal(IEnumerable<EvaluationRow> rows) =>
        Assert.ThrowsExactly<InvalidOperationException>(() => EvaluationPrompts.Create(EvaluationRow.Load(rows))).Message;
}
