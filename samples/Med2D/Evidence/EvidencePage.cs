using System.Globalization;
using System.Text;
using Med2D.Scoring;
using Med2D.Training;
using SampleKit;

namespace Med2D.Evidence;

/// <summary>evidence.md: the tables of all runs. A table without runs is left out.</summary>
internal sealed class EvidencePage
{
    /// <summary>The picture that the page shows, beside it.</summary>
    public const string Picture = "images/evidence.png";

    private static readonly (string Title, string Prompt)[] Prompts =
        [("box", PromptNames.Box), ("1 point", PromptNames.Point1), ("3 points", PromptNames.Points3)];

    private static readonly (string Title, string Prompt)[] Shapes =
        [("the filled box", PromptNames.FilledBox), ("the filled ellipse", PromptNames.FilledEllipse)];

    private readonly StringBuilder _page = new();
    private readonly EvidenceSelection _runs;

    public EvidencePage(EvidenceSelection runs)
    {
        _runs = runs;
        Head();
        Masks();
        Names();
        Contributions();
        Parts("modality", _runs.Modalities, (group, name, figure) => group.OfModality(name, PromptNames.Box, figure));
        Parts("source", _runs.Sources, (group, name, figure) => group.OfSource(name, PromptNames.Box, figure));
        LeftOut();
        NewCategories();
        Curves();
        Variants("Texts", "What the network is told about a category.", _runs.Texts);
        Variants("Encoders", "Random weights, unless the row names others.", _runs.Encoders);
        Work();
    }

    public string Text => _page.ToString().ReplaceLineEndings("\n").TrimEnd() + "\n";

    private void Head()
    {
        var (run, minutes) = (_runs.Reference.Runs[0], _runs.Trained.Sum(one => one.Work.CpuSeconds) / 60);
        Line($"""
            # Evidence: real images

            Written by `dotnet run -c Release --project samples/Med2D -- report`; do not edit. Every row was trained by `train` and scored
            by `evaluate` on the {run.Facts.Split} split of the same table, with at most {run.Facts.ObjectsPerImage} objects of an image:
            {run.Scored.Sum(one => one.Images)} images and {run.Scored.Sum(one => one.Objects)} objects of {run.Scored.Count()} sources.
            Cells are means over the sources, each counting alike; ± is the sample standard deviation over n runs of different seeds.
            Networks of one table were trained on the same {run.Settings.Images} images with {run.Settings.Objects} objects, at an input of
            {run.Settings.Input} pixels, {Budget(run)}; the last table says what each took.
            All runs of this page together took {minutes.ToString("0", CultureInfo.InvariantCulture)} minutes of processor time.

            ![A row for each modality: image, truth, and the masks of each method]({Picture})

            Above, the first test image of each modality in the order of the table, prompted by boxes; none is chosen by its result.

            """);
    }

    private void Work()
    {
        Line($"""
            ## What each run took

            Passes are images seen, over those of the training split.{(_runs.Trained.Any(run => run.Settings.Minutes is not null)
                ? " How many fit into given minutes is measured at the start,\nso other work on the machine changes it." : "")}

            | form | seed | sources | images | passes | processor minutes |
            | --- | ---: | ---: | ---: | ---: | ---: |
            """);
        foreach (var run in _runs.Trained)
        {
            var (settings, work) = (run.Settings, run.Work);
            Line(FormattableString.Invariant($"| {settings.Form} | {settings.Seed} | {settings.Sources.Count} | {settings.Images} | ")
                + FormattableString.Invariant($"{(double)work.ImagesSeen / settings.Images:0.0} | {work.CpuSeconds / 60:0.0} |"));
        }

        Line("");
    }

    private void Masks()
    {
        Line("## Masks, whatever their names\n");
        Line("Dice and NSD (2 pixels) of the binary mask; above: sources in which a box gives more than the ellipse that fills it.\n");
        Table(["method", .. Prompts.SelectMany(prompt => (string[])[$"{prompt.Title}: Dice", $"{prompt.Title}: NSD"]), "above", "n"],
        [
            .. Shapes.Select(shape => (IReadOnlyList<string>)
                [
                    shape.Title, Cell(Shape(shape.Prompt, figures => figures.BinaryDice)),
                    Cell(Shape(shape.Prompt, figures => figures.BinaryNsd)), "", "", "", "", "", "",
                ]),
            .. _runs.Methods.Where(method => method != _runs.UNets).Select(method => (IReadOnlyList<string>)
            [
                method.Title,
                .. Prompts.SelectMany(prompt => (string[])
                [
                    Cell(method.Mean(prompt.Prompt, figures => figures.BinaryDice)),
                    Cell(method.Mean(prompt.Prompt, figures => figures.BinaryNsd)),
                ]),
                Count(method.AboveEllipse()), Runs(method),
            ]),
        ]);
    }

    // The same in every run.
    private Statistic? Shape(string prompt, Func<Figures, double?> figure) =>
        new EvidenceGroup("", [_runs.Reference.Runs[0]]).Mean(prompt, figure);

    private void Names()
    {
        Line("## Masks with their names\n");
        Line("""
            Semantic Dice (0 for an object with a wrong name), class accuracy of the prompted object, and area under the ROC curve of the
            presence scores of the source's other categories. The U-Nets, one for each source, are told the object's category, and their
            mask is cut to the box.

            """);
        var columns = Prompts.SelectMany(prompt => (string[])[$"{prompt.Title}: Dice", $"{prompt.Title}: accuracy"]);
        Table(["method", .. columns, "presence", "n"],
        [
            .. _runs.Methods.Where(method => method != _runs.SamStyle).Select(method => (IReadOnlyList<string>)
            [
                method.Title,
                .. Prompts.SelectMany(prompt => (string[])
                [
                    Cell(method.Mean(prompt.Prompt, figures => figures.SemanticDice)),
                    Cell(method.Mean(prompt.Prompt, figures => figures.ClassAccuracy)),
                ]),
                Cell(method.Mean(PromptNames.Box, figures => figures.PresenceAuc)), Runs(method),
            ]),
        ]);
    }

    private void Contributions()
    {
        var steps = _runs.Contributions;
        if (steps.Count == 0)
            return;
        Line("## What each part adds\n\nDifferences of means over sources, seed by seed where both rows have the seed.\n");
        Table(["part", "box: binary Dice", "box: semantic Dice", "box: accuracy", "presence", "1 point: binary Dice", "n"],
        [
            .. steps.Select(step => (IReadOnlyList<string>)
            [
                step.Title,
                Cell(step.Gain(PromptNames.Box, figures => figures.BinaryDice), signed: true),
                Cell(step.Gain(PromptNames.Box, figures => figures.SemanticDice), signed: true),
                Cell(step.Gain(PromptNames.Box, figures => figures.ClassAccuracy), signed: true),
                Cell(step.Gain(PromptNames.Box, figures => figures.PresenceAuc), signed: true),
                Cell(step.Gain(PromptNames.Point1, figures => figures.BinaryDice), signed: true),
                (step.Gain(PromptNames.Box, figures => figures.BinaryDice)?.Count ?? 0).ToString(CultureInfo.InvariantCulture),
            ]),
        ]);
    }

    private void Parts(string part, IReadOnlyList<string> names, Func<EvidenceGroup, string, Func<Figures, double?>, Statistic?> of)
    {
        Line($"## By {part}, with a box\n");
        List<EvidenceGroup> masks = [.. _runs.Methods.Where(method => method == _runs.SamStyle), _runs.Reference];
        List<EvidenceGroup> named = [.. _runs.Methods.Where(method => method == _runs.UNets), _runs.Reference];
        Table(
        [
            part, "images", "ellipse", .. masks.Select(method => $"{method.Title}: Dice"),
            .. named.Select(method => $"{method.Title}: semantic Dice"), "accuracy",
        ],
        [
            .. names.Select(name => (IReadOnlyList<string>)
            [
                name, _runs.Images(name).ToString(CultureInfo.InvariantCulture), Cell(_runs.Ellipse(name, of)),
                .. masks.Select(method => Cell(of(method, name, figures => figures.BinaryDice))),
                .. named.Select(method => Cell(of(method, name, figures => figures.SemanticDice))),
                Cell(of(_runs.Reference, name, figures => figures.ClassAccuracy)),
            ]),
        ]);
    }

    private void LeftOut() => Unseen("Sources that the training never saw",
        "Each was left out of training, while another source has its categories; beside it, the same source after training on all.",
        _runs.LeftOut);

    private void NewCategories()
    {
        var pairs = _runs.NewCategories;
        var counts = pairs.SelectMany(pair => pair.Without.Runs).Select(run => run.Facts.Asked!.Count).Distinct().Order();
        Unseen("Categories that the training never saw",
            $"The training had no object of any category of these sources. The model was then asked for {string.Join(" or ", counts)} "
            + "categories, of which it knows these by their texts alone: a name drawn by chance is right one time in so many.", pairs);
    }

    private void Unseen(string title, string about, IReadOnlyList<(string Source, EvidenceGroup Without)> pairs)
    {
        if (pairs.Count == 0)
            return;
        Line($"## {title}\n\n{about}\n");
        Table(["source", "images", "left out: Dice", "semantic Dice", "accuracy", "trained: Dice", "semantic Dice", "accuracy", "n"],
        [
            .. pairs.Select(pair => (IReadOnlyList<string>)
            [
                pair.Source, _runs.Images(pair.Source).ToString(CultureInfo.InvariantCulture),
                .. ((EvidenceGroup[])[pair.Without, _runs.Reference]).SelectMany(group => (string[])
                [
                    Cell(group.OfSource(pair.Source, PromptNames.Box, figures => figures.BinaryDice)),
                    Cell(group.OfSource(pair.Source, PromptNames.Box, figures => figures.SemanticDice)),
                    Cell(group.OfSource(pair.Source, PromptNames.Box, figures => figures.ClassAccuracy)),
                ]),
                Runs(pair.Without),
            ]),
        ]);
    }

    private void Curves()
    {
        var points = _runs.Curves;
        if (points.Count == 0)
            return;
        Line("""
            ## How many images a new category needs

            The model of the table before, trained further on images of one source with the encoder as it was: each time as many images
            were seen, fewer ones more often. It then knows this category alone, so that names are no question.

            """);
        Table(["source", "images", "box: Dice", "box: NSD", "1 point: Dice", "3 points: Dice", "n"],
        [
            .. points.Select(point => (IReadOnlyList<string>)
            [
                point.Source, point.Images.ToString(CultureInfo.InvariantCulture),
                Cell(point.Trained.OfSource(point.Source, PromptNames.Box, figures => figures.BinaryDice)),
                Cell(point.Trained.OfSource(point.Source, PromptNames.Box, figures => figures.BinaryNsd)),
                Cell(point.Trained.OfSource(point.Source, PromptNames.Point1, figures => figures.BinaryDice)),
                Cell(point.Trained.OfSource(point.Source, PromptNames.Points3, figures => figures.BinaryDice)),
                Runs(point.Trained),
            ]),
        ]);
    }

    private void Variants(string title, string about, IReadOnlyList<EvidenceGroup> groups)
    {
        if (groups.Count < 2)
            return;
        Line($"## {title}\n\n{about}\n");
        Table(
        [
            "variant", "box: binary Dice", "box: semantic Dice", "box: accuracy", "1 point: binary Dice", "1 point: accuracy",
            "presence", "n",
        ],
        [
            .. groups.Select(group => (IReadOnlyList<string>)
            [
                group.Title,
                Cell(group.Mean(PromptNames.Box, figures => figures.BinaryDice)),
                Cell(group.Mean(PromptNames.Box, figures => figures.SemanticDice)),
                Cell(group.Mean(PromptNames.Box, figures => figures.ClassAccuracy)),
                Cell(group.Mean(PromptNames.Point1, figures => figures.BinaryDice)),
                Cell(group.Mean(PromptNames.Point1, figures => figures.ClassAccuracy)),
                Cell(group.Mean(PromptNames.Box, figures => figures.PresenceAuc)), Runs(group),
            ]),
        ]);
    }

    private void Table(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        Line($"| {string.Join(" | ", head)} |");
        Line($"| --- |{string.Concat(head.Skip(1).Select(_ => " ---: |"))}");
        foreach (var row in rows)
            Line($"| {string.Join(" | ", row)} |");
        _page.AppendLine();
    }

    private void Line(string text) => _page.AppendLine(text);

    private static string Cell(Statistic? value, bool signed = false) => value is null ? "" : signed ? value.ToSigned() : value.ToString();

    private static string Count(Statistic? value) => value?.Mean.ToString("0.#", CultureInfo.InvariantCulture) ?? "";

    private static string Runs(EvidenceGroup group) => group.Runs.Count.ToString(CultureInfo.InvariantCulture);

    private static string Budget(EvidenceRun run) => run.Settings.Minutes is { } minutes
        ? FormattableString.Invariant($"in passes planned for the same processor time: {minutes} minutes")
        : Stage.Parse(run.Settings.Stages) is { } stages
        ? "in " + string.Join(", then ", stages.Select(stage => FormattableString.Invariant($"{stage.Epochs} passes at {stage.Input}")))
        : FormattableString.Invariant($"in {run.Epochs} passes");
}
