using Med2D.Scoring;
using Med2D.Training;
using SampleKit;

namespace Med2D.Evidence;

/// <summary>Chooses the runs of each table. The networks of a table have equal data, input size and time.</summary>
internal sealed class EvidenceSelection
{
    private static readonly (Form Form, string Title)[] Titles =
    [
        (Form.SamStyle, "SAM-style"), (Form.TokensInSam, "(a) tokens inside SAM's decoder"),
        (Form.WithoutText, "(b) + semantic-aware decoder"), (Form.WithoutAlignment, "(c) + text"),
        (Form.SegSam, "SEG-SAM: (d) + alignment"), (Form.UNets, "U-Nets"),
    ];

    private static readonly (Form Without, Form With, string Title)[] Steps =
    [
        (Form.TokensInSam, Form.WithoutText, "semantic-aware decoder: (b) over (a)"),
        (Form.WithoutText, Form.WithoutAlignment, "text: (c) over (b)"),
        (Form.WithoutAlignment, Form.SegSam, "alignment: (d) over (c)"), (Form.TokensInSam, Form.SegSam, "all three: (d) over (a)"),
        (Form.SamStyle, Form.SegSam, "SEG-SAM over SAM-style"),
    ];

    private readonly List<EvidenceRun> _comparable;

    /// <param name="all">At least one; those of earlier recipes are left out.</param>
    /// <exception cref="InvalidDataException">There is none of the method in full.</exception>
    public EvidenceSelection(IReadOnlyList<EvidenceRun> all)
    {
        List<EvidenceRun> runs =
        [
            .. all.GroupBy(run => run.Settings.Form == Forms.NameOf(Form.UNets))
                .SelectMany(kind => kind.Where(run => run.Settings.Recipe == kind.Max(other => other.Settings.Recipe))),
        ];
        (Everything, Outdated) = (runs, all.Count - runs.Count);
        // The comparison: the rows, input, work and split that most runs share, of the largest training set. U-Nets, which see an image
        // in less time, may have their own number of passes: the page says what each run took.
        var whole = runs.Where(run => run.Facts is { Chosen: null, Asked: null }).ToList();
        var most = whole.Where(run => run.Settings.Form == Forms.NameOf(Form.SegSam)).GroupBy(Budget)
            .OrderByDescending(group => group.First().Settings.Images)
            .ThenByDescending(group => whole.Count(run => Budget(run) == group.Key)).FirstOrDefault()
            ?? throw new InvalidDataException(
                "There is no run of '--form seg-sam' by today's recipe, which all tables need; train and evaluate one.");
        _comparable =
        [
            .. whole.Where(run => Budget(run) == most.Key
                || run.Settings.Form == Forms.NameOf(Form.UNets) && Data(run) == Data(most.First())),
        ];
        var variants = _comparable.Where(IsDefault).GroupBy(run => run.Variant).ToList();
        var reference = variants.Where(group => group.First().Settings.Form == Forms.NameOf(Form.SegSam))
            .OrderByDescending(group => variants.Count(other => Weights(other.First()) == Weights(group.First())))
            .ThenByDescending(group => group.Count()).FirstOrDefault() ?? most.GroupBy(run => run.Variant).First();
        Reference = Group(Titles[4].Title, reference);
        Methods =
        [
            .. from title in Titles
               from same in variants
               let run = same.First()
               where run.Settings.Form == Forms.NameOf(title.Form)
                   && (title.Form == Form.UNets || Weights(run) == Weights(Reference.Runs[0]))
               select title.Form == Form.SegSam ? Reference : Group(title.Title, same),
        ];
    }

    /// <summary>All runs of the page.</summary>
    public IReadOnlyList<EvidenceRun> Everything { get; }

    /// <summary>How many runs of earlier recipes are not on it.</summary>
    public int Outdated { get; }

    /// <summary>Each training once, though its model may have been scored in several ways.</summary>
    public IReadOnlyList<EvidenceRun> Trained => [.. Everything.DistinctBy(run => run.Facts.ModelSha256)];

    /// <summary>The method in full, with its default texts.</summary>
    public EvidenceGroup Reference { get; }

    /// <summary>The forms of the method, and U-Nets.</summary>
    public IReadOnlyList<EvidenceGroup> Methods { get; }

    public EvidenceGroup? UNets => Find(Form.UNets);

    public EvidenceGroup? SamStyle => Find(Form.SamStyle);

    /// <summary>Of the scored sources.</summary>
    public IReadOnlyList<string> Modalities =>
        [.. Reference.Runs[0].Scored.Select(source => source.Modality).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The scored sources.</summary>
    public IReadOnlyList<string> Sources => [.. Reference.Runs[0].Scored.Select(source => source.Source)];

    /// <summary>The steps from one form to the next.</summary>
    public IReadOnlyList<EvidenceStep> Contributions =>
    [
        .. from step in Steps
           let without = Find(step.Without)
           let with = Find(step.With)
           where without is not null && with is not null
           select new EvidenceStep(step.Title, without, with),
    ];

    /// <summary>Sources without which a run of the method in full was trained, though not without any of their categories.</summary>
    public IReadOnlyList<(string Source, EvidenceGroup Without)> LeftOut =>
    [
        .. Unseen(run => run.Facts.Asked is null).Where(item => item.Without.Runs[0].Scored
            .Single(source => source.Source == item.Source).Prompts[PromptNames.Box].UnknownCategoryObjects == 0),
    ];

    /// <summary>Sources of whose categories a run of the method in full was trained with none, and was asked for them.</summary>
    public IReadOnlyList<(string Source, EvidenceGroup Without)> NewCategories =>
    [
        .. Unseen(run => run.Facts.Asked is not null)
            .Where(item => item.Without.Runs.All(run => run.Facts.Asked!.NewSources.Contains(item.Source))),
    ];

    /// <summary>
    /// The runs of <see cref="NewCategories"/> trained further on some images of a source, the encoder as it was: by source, then by
    /// images. The first of each source saw none.
    /// </summary>
    public IReadOnlyList<(string Source, int Images, EvidenceGroup Trained)> Curves => [.. NewCategories.SelectMany(start =>
    {
        var further = Everything.Where(run => run.Settings is { Frozen: true, Sources: [var only] } && only == start.Source
            && run.Settings.Form == Forms.NameOf(Form.SegSam) && IsDefault(run) && run.Facts.Table == Reference.Runs[0].Facts.Table
            && run.Facts.Split == Reference.Runs[0].Facts.Split
            && start.Without.Runs.Any(earlier => earlier.Facts.ModelSha256 == run.Settings.Checkpoint)).ToList();
        return further.Count == 0 ? [] : further
            .GroupBy(run => (run.Settings.Images, Plan: run.Variant with { Rows = "", Checkpoint = null })).OrderBy(same => same.Key.Images)
            .Select(same => (start.Source, same.Key.Images, Group(start.Source, same)))
            .Prepend((start.Source, 0, start.Without));
    })];

    /// <summary>The method in full by the texts that it is told, and without any.</summary>
    public IReadOnlyList<EvidenceGroup> Texts =>
    [
        .. _comparable.Where(run => Weights(run) == Weights(Reference.Runs[0])
               && (run.Settings.Form == Forms.NameOf(Form.SegSam) || run.Settings.Form == Forms.NameOf(Form.WithoutText)))
           .GroupBy(run => run.Variant)
           .Select(group => Group(group.First().Settings is { Texts: { } texts, Embedder: var embedder }
               ? $"{texts}, {embedder}" : "no texts, no alignment", group)),
    ];

    /// <summary>The method in full by its encoder and the weights that it starts from.</summary>
    public IReadOnlyList<EvidenceGroup> Encoders =>
    [
        .. _comparable.Where(run => run.Settings.Form == Forms.NameOf(Form.SegSam) && IsDefault(run)).GroupBy(run => run.Variant)
            .Select(group => Group(string.Join(", ", ((string?[])[group.First().Settings.Encoder, group.First().Settings.CheckpointName])
                .OfType<string>().DefaultIfEmpty("the default")), group)),
    ];

    /// <summary>Number of scored images of a source or modality.</summary>
    public int Images(string name) =>
        Reference.Runs[0].Scored.Where(source => source.Source == name || source.Modality == name).Sum(source => source.Images);

    /// <summary>Dice of the ellipse, which is the same in every run.</summary>
    public Statistic? Ellipse(string name, Func<EvidenceGroup, string, Func<Figures, double?>, Statistic?> of) =>
        of(Group("", Reference.Runs.Take(1).Select(run => run with
        {
            Sources = [.. run.Sources.Select(source => source with
            {
                Prompts = new Dictionary<string, Figures> { [PromptNames.Box] = source.Prompts[PromptNames.FilledEllipse] },
            })],
        })), name, figures => figures.BinaryDice);

    // Sources that such runs of the method in full were trained without.
    private IEnumerable<(string Source, EvidenceGroup Without)> Unseen(Func<EvidenceRun, bool> isMeant) =>
        from runs in Everything.Where(run => run.Settings.Form == Forms.NameOf(Form.SegSam) && IsDefault(run) && isMeant(run)
            && Weights(run) == Weights(Reference.Runs[0]) && run.Facts.Table == Reference.Runs[0].Facts.Table)
            .GroupBy(run => run.Variant)
        from source in runs.First().Scored
        where Reference.Runs[0].Settings.Sources.Contains(source.Source) && !runs.First().Settings.Sources.Contains(source.Source)
        select (source.Source, Group(source.Source, runs));

    private EvidenceGroup? Find(Form form) => Methods.FirstOrDefault(group => group.Runs[0].Settings.Form == Forms.NameOf(form));

    private static EvidenceGroup Group(string title, IEnumerable<EvidenceRun> runs) => new(title, [.. runs]);

    private static ((string, string, int?, string?) Data, double?, int?, string?) Budget(EvidenceRun run) =>
        (Data(run), run.Settings.Minutes, run.Settings.Epochs, run.Settings.Stages);

    private static (string, string, int?, string?) Data(EvidenceRun run) =>
        (run.Facts.Table, run.Settings.Rows, run.Settings.Input, run.Facts.Split);

    private static bool IsDefault(EvidenceRun run) =>
        (run.Settings.Texts is null || run.Settings.Texts == Forms.NameOf(Training.Texts.Descriptions))
        && (run.Settings.Embedder is null || run.Settings.Embedder == Forms.NameOf(Embedder.Hashed));

    private static (string?, string?) Weights(EvidenceRun run) => (run.Settings.Encoder, run.Settings.Checkpoint);
}
