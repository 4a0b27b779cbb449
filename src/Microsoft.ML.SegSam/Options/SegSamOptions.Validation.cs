using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using static Microsoft.ML.SegSam.Options.OptionRule;

namespace Microsoft.ML.SegSam.Options;

// All checks of the options.
public sealed partial record SegSamOptions
{
    /// <summary>Checks every value by itself.</summary>
    /// <exception cref="ArgumentException">The message names the option, what was found and what is allowed.</exception>
    /// <param name="needsPrompt">
    /// Whether a prompt column must be named: the options of a model that was made without data name none.
    /// </param>
    internal void Validate(bool needsPrompt = true) => Check(nameof(SegSamOptions),
    [
        .. ColumnRules(needsPrompt), .. FileRules(),
        new(InputSize is null or (> 0 and <= 4096) && InputSize % 16 is null or 0, nameof(InputSize), InputSize,
            "a multiple of 16 from 16 to 4096, or null"),
        .. Checkpoint is null && (Encoder ?? SegSamEncoder.Tiny) is var encoder && Enum.IsDefined(encoder)
            ? NetworkRules(SegSamConfig.For(encoder).Kind, Adapter ?? SegSamAdapter.None, InputSize) : [],
        .. NumberRules(), .. ChoiceRules(),
    ]);

    /// <summary>Checks what depends on the network, which may be known only from a checkpoint.</summary>
    /// <inheritdoc cref="Validate" path="/exception"/>
    internal void ValidateNetwork(SegSamConfig config) =>
        Check(nameof(SegSamOptions), NetworkRules(config.Kind, config.Adapter, config.InputSize));

    /// <summary>Checks what depends on the categories of the training rows.</summary>
    /// <inheritdoc cref="Validate" path="/exception"/>
    internal void ValidateCategories(IEnumerable<string> names)
    {
        var sided = Augmentation is { Flips: true } ? SidedNames.Among(names) : [];
        Check(nameof(SegSamOptions), [new(sided.Count == 0, nameof(Augmentation), "Flips = True",
            $"null, or have Flips false, since these categories belong to a side: {string.Join(", ", sided)}")]);
    }

    /// <summary>Checks what depends on the machine that trains.</summary>
    /// <inheritdoc cref="Validate" path="/exception"/>
    internal void ValidateDevice(bool hasBFloat16) =>
        Check(nameof(SegSamOptions), [new(Precision != SegSamPrecision.BFloat16 || hasBFloat16, nameof(Precision), Precision,
            "Automatic or Float32 on this processor: it has no bfloat16 instructions (AVX-512 BF16 or AMX), "
            + "so training would be slower, not faster")]);

    private OptionRule[] ColumnRules(bool needsPrompt) =>
    [
        NotBlank(nameof(ImageColumnName), ImageColumnName, "the name of the image column"),
        NotBlank(nameof(MaskColumnName), MaskColumnName, "the name of the mask column"),
        NotBlank(nameof(CategoryColumnName), CategoryColumnName, "the name of the category column"),
        new(!needsPrompt || HasPrompt, nameof(BoxColumnName), BoxColumnName,
            $"a column of prompts: name at least one of {nameof(BoxColumnName)}, {nameof(PointsColumnName)} "
            + $"and {nameof(MaskPromptColumnName)}"),
        new(BoxScoresColumnName is null || BoxColumnName is not null, nameof(BoxScoresColumnName), BoxScoresColumnName,
            $"null without a {nameof(BoxColumnName)}"),
        NullOrNotBlank(nameof(BoxScoresColumnName), BoxScoresColumnName, "the name of a column"),
        new(OutputColumnPrefix is "" || !string.IsNullOrWhiteSpace(OutputColumnPrefix), nameof(OutputColumnPrefix), OutputColumnPrefix,
            "a text to put before the names of the output columns, or empty"),
        new((PointsColumnName is null) == (PointLabelsColumnName is null), nameof(PointLabelsColumnName), PointLabelsColumnName,
            $"given together with {nameof(PointsColumnName)} ('{PointsColumnName}'), or neither"),
    ];

    private OptionRule[] FileRules() =>
    [
        NullOrNotBlank(nameof(Checkpoint), Checkpoint, "the path of a file"),
        new(CheckpointFamily is null || Checkpoint is not null, nameof(CheckpointFamily), CheckpointFamily,
            $"null without a {nameof(Checkpoint)}"),
        NullOrNotBlank(nameof(StateFile), StateFile, "the path of a file"),
        NullOrNotBlank(nameof(EmbeddingFolder), EmbeddingFolder, "the path of a folder"),
        new(EmbeddingFolder is null || EncoderTraining == EncoderTraining.Frozen, nameof(EmbeddingFolder), EmbeddingFolder,
            $"null unless {nameof(EncoderTraining)} is Frozen: the embeddings of an encoder that is trained change with every step"),
    ];

    private OptionRule[] NetworkRules(EncoderKind kind, SegSamAdapter adapter, int? inputSize)
    {
        var isVit = kind == EncoderKind.Vit;
        var (encoder, blocks, cannotRepeat) = kind == EncoderKind.TinyVit
            ? ($"{nameof(Encoder)} VitT", "TinyViT's blocks", "whose batch norms would see every image twice")
            : ($"{nameof(Encoder)} ResNet18", "a ResNet's blocks", "which computes no block a second time");
        return
        [
            new(adapter != SegSamAdapter.SamMed2D || inputSize % 32 is null or 0, nameof(InputSize), inputSize,
                "a multiple of 32 with SAM-Med2D's adapter, which halves the map"),
            new(kind != EncoderKind.TinyVit || EncoderTraining == EncoderTraining.Frozen || inputSize is not 16,
                nameof(InputSize), inputSize, $"at least 32 to train {encoder}, whose batch norms need more than one value per channel"),
            new(isVit || adapter == SegSamAdapter.None, nameof(Adapter), adapter,
                $"None with {encoder}: {blocks} have no place for adapters"),
            new(isVit || EncoderTraining != EncoderTraining.Adapter, nameof(EncoderTraining), EncoderTraining,
                $"Full or Frozen with {encoder}, which has no adapters"),
            new(isVit || !GradientCheckpointing, nameof(GradientCheckpointing), GradientCheckpointing,
                $"false with {encoder}, {cannotRepeat}"),
            new(EncoderTraining != EncoderTraining.Adapter || adapter != SegSamAdapter.None, nameof(EncoderTraining), EncoderTraining,
                $"used with an {nameof(Adapter)} other than None"),
        ];
    }

    private OptionRule[] NumberRules() =>
    [
        new(PresenceTokens is null or (>= 1 and <= MostPresenceTokens), nameof(PresenceTokens), PresenceTokens, "from 1 to 256, or null"),
        NotNegative(nameof(ClassWeight), ClassWeight),
        NotNegative(nameof(PresenceWeight), PresenceWeight),
        NotNegative(nameof(AlignmentWeight), AlignmentWeight),
        NotNegative(nameof(WeightDecay), WeightDecay),
        Positive(nameof(LearningRate), HighestRate),
        Positive(nameof(GradientClip), GradientClip),
        AtLeast(1, nameof(SaveEverySteps), SaveEverySteps),
        AtLeast(1, nameof(ImagesPerStep), ImagesPerStep),
        AtLeast(1, nameof(AccumulateSteps), AccumulateSteps),
        AtLeast(1, nameof(BatchSize), BatchSize),
        AtLeast(1, nameof(PromptsPerImage), PromptsPerImage),
        new(Epochs >= 1 || Epochs == 0 && Checkpoint is not null, nameof(Epochs), Epochs,
            $"at least 1, or 0 with a {nameof(Checkpoint)} to use without training"),
        new(!GradientCheckpointing || EncoderTraining != EncoderTraining.Frozen, nameof(GradientCheckpointing), GradientCheckpointing,
            $"false with {nameof(EncoderTraining)} Frozen, which stores no activations"),
        new(Patience is null or >= 1, nameof(Patience), Patience, "at least 1, or null"),
        From0To1(nameof(RareCategorySampling), RareCategorySampling),
        .. Augmentation?.Ranges.Select(range => new OptionRule(range.Value >= 0 && range.Value <= range.Most, nameof(Augmentation),
            FormattableString.Invariant($"{range.Name} = {range.Value}"),
            FormattableString.Invariant($"null, or {range.Name} from 0 to {range.Most}"))) ?? [],
        new(Augmentation is null || EncoderTraining != EncoderTraining.Frozen, nameof(Augmentation), "given",
            $"null with {nameof(EncoderTraining)} Frozen, which encodes each image once; to augment, train the encoder "
            + $"({EncoderTraining.Full}, or {EncoderTraining.Adapter} with an {nameof(Adapter)})"),
        new(BoxJitter is >= 0 and <= 0.5, nameof(BoxJitter), BoxJitter, "from 0 to 0.5"),
        new(InteractiveRounds is null or >= 0, nameof(InteractiveRounds), InteractiveRounds, "at least 0, or null"),
    ];

    private OptionRule[] ChoiceRules() =>
    [
        DefinedOrNull(nameof(CheckpointFamily), CheckpointFamily),
        DefinedOrNull(nameof(Encoder), Encoder),
        DefinedOrNull(nameof(Resize), Resize),
        DefinedOrNull(nameof(Resampling), Resampling),
        DefinedOrNull(nameof(PixelScaling), PixelScaling),
        DefinedOrNull(nameof(ChannelOrder), ChannelOrder),
        DefinedOrNull(nameof(Adapter), Adapter),
        Defined(nameof(EncoderTraining), EncoderTraining),
        Defined(nameof(SemanticDecoding), SemanticDecoding),
        Defined(nameof(TextInsertion), TextInsertion),
        Defined(nameof(ClassHead), ClassHead),
        Defined(nameof(BestMetric), BestMetric),
        Defined(nameof(Precision), Precision),
        new((SemanticDecoding, TextInsertion) != (SemanticDecoding.Shared, TextInsertion.SemanticOnly),
            nameof(TextInsertion), TextInsertion,
            $"{TextInsertion.Both} or {TextInsertion.None} with {nameof(SemanticDecoding)} {SemanticDecoding.Shared}: "
            + "there is one decoder, which reads the text or does not"),
    ];
}
