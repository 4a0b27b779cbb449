using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Options;

// The one place that checks options.
public sealed partial record SegSamOptions
{
    /// <summary>Checks every value by itself.</summary>
    /// <exception cref="ArgumentException">The message names the property, what was found and what is allowed.</exception>
    /// <param name="needsPrompt">Whether rows are scored or trained on, for which a prompt column must be named.</param>
    internal void Validate(bool needsPrompt = true)
    {
        foreach (var (property, name, kind) in ((string, string?, string)[])[(nameof(ImageColumnName), ImageColumnName, "image"),
                     (nameof(MaskColumnName), MaskColumnName, "mask"), (nameof(CategoryColumnName), CategoryColumnName, "category")])
            Require(!string.IsNullOrWhiteSpace(name), property, name, $"the name of the {kind} column");
        Require(HasPrompt || !needsPrompt, nameof(BoxColumnName), BoxColumnName, $"a column of prompts: name at least one of {nameof(BoxColumnName)}, {nameof(PointsColumnName)} and {nameof(MaskPromptColumnName)}");
        Require(BoxScoresColumnName is null || BoxColumnName is not null, nameof(BoxScoresColumnName), BoxScoresColumnName, $"null without a {nameof(BoxColumnName)}");
        Require(BoxScoresColumnName is null || !string.IsNullOrWhiteSpace(BoxScoresColumnName), nameof(BoxScoresColumnName), BoxScoresColumnName, "the name of a column, or null");
        Require((PointsColumnName is null) == (PointLabelsColumnName is null), nameof(PointLabelsColumnName), PointLabelsColumnName,
            $"given together with {nameof(PointsColumnName)} ('{PointsColumnName}'), or neither");
        Require(OutputColumnPrefix is "" || !string.IsNullOrWhiteSpace(OutputColumnPrefix), nameof(OutputColumnPrefix), OutputColumnPrefix, "a text to put before the names of the output columns, or empty");
        Require(Checkpoint is null || !string.IsNullOrWhiteSpace(Checkpoint), nameof(Checkpoint), Checkpoint, "the path of a file, or null");
        Require(CheckpointFamily is null || Checkpoint is not null, nameof(CheckpointFamily), CheckpointFamily, $"null without a {nameof(Checkpoint)}");
        Require(StateFile is null || !string.IsNullOrWhiteSpace(StateFile), nameof(StateFile), StateFile, "the path of a file, or null");
        Require(EmbeddingFolder is null || !string.IsNullOrWhiteSpace(EmbeddingFolder), nameof(EmbeddingFolder), EmbeddingFolder, "the path of a folder, or null");
        Require(EmbeddingFolder is null || EncoderTraining == EncoderTraining.Frozen, nameof(EmbeddingFolder), EmbeddingFolder, $"null unless {nameof(EncoderTraining)} is Frozen: embeddings of an encoder that learns change with every step");
        Require(InputSize is null or (> 0 and <= 4096) && InputSize % 16 is null or 0, nameof(InputSize), InputSize, "a multiple of 16 from 16 to 4096, or null");
        if (Checkpoint is null)
            ValidateNetwork(Encoder ?? SegSamEncoder.Tiny, Adapter ?? SegSamAdapter.None, InputSize);
        Require(PresenceTokens is null or (>= 1 and <= MostPresenceTokens), nameof(PresenceTokens), PresenceTokens, "from 1 to 256");
        foreach (var (name, weight) in ((string, double)[])[(nameof(ClassWeight), ClassWeight), (nameof(PresenceWeight), PresenceWeight),
                     (nameof(AlignmentWeight), AlignmentWeight), (nameof(WeightDecay), WeightDecay)])
            Require(weight >= 0 && double.IsFinite(weight), name, weight, "a finite number of at least 0");
        foreach (var (name, value) in ((string, double)[])[(nameof(LearningRate), HighestRate), (nameof(GradientClip), GradientClip)])
            Require(value > 0 && double.IsFinite(value), name, value, "a finite number above 0");
        foreach (var (name, count) in ((string, int)[])[(nameof(SaveEverySteps), SaveEverySteps), (nameof(ImagesPerStep), ImagesPerStep), (nameof(AccumulateSteps), AccumulateSteps), (nameof(BatchSize), BatchSize), (nameof(PromptsPerImage), PromptsPerImage)])
            Require(count >= 1, name, count, "at least 1");
        Require(Epochs >= 1 || Epochs == 0 && Checkpoint is not null, nameof(Epochs), Epochs, $"at least 1, or 0 with a {nameof(Checkpoint)} to use as it is");
        Require(!GradientCheckpointing || EncoderTraining != EncoderTraining.Frozen, nameof(GradientCheckpointing), GradientCheckpointing, $"false with {nameof(EncoderTraining)} Frozen, which keeps no activations");
        Require(Patience is null or >= 1, nameof(Patience), Patience, "at least 1, or null");
        Require(RareCategorySampling is >= 0 and <= 1, nameof(RareCategorySampling), RareCategorySampling, "from 0 to 1");
        foreach (var (name, value, most) in Augmentation?.Ranges ?? [])
            Require(value >= 0 && value <= most, nameof(Augmentation), FormattableString.Invariant($"{name} = {value}"), FormattableString.Invariant($"null, or {name} from 0 to {most}"));
        Require(Augmentation is null || EncoderTraining != EncoderTraining.Frozen, nameof(Augmentation), "given",
            $"null with {nameof(EncoderTraining)} Frozen, which encodes each image once and keeps that; train the encoder ({EncoderTraining.Full}, or {EncoderTraining.Adapter} with an {nameof(Adapter)}) to augment");
        Require(TextLayerScale is null or > 0 and < double.PositiveInfinity, nameof(TextLayerScale), TextLayerScale, "a finite number above 0, or null");
        Require(BoxJitter is >= 0 and <= 0.5, nameof(BoxJitter), BoxJitter, "from 0 to 0.5");
        Require(InteractiveRounds is null or >= 0, nameof(InteractiveRounds), InteractiveRounds, "at least 0, or null");
        foreach (var (name, choice) in ((string, Enum?)[])[(nameof(CheckpointFamily), CheckpointFamily), (nameof(Encoder), Encoder), (nameof(Resize), Resize), (nameof(Resampling), Resampling),
                     (nameof(PixelScaling), PixelScaling), (nameof(ChannelOrder), ChannelOrder), (nameof(Adapter), Adapter), (nameof(MaskSelection), MaskSelection)])
        {
            if (choice is not null)
                Require(Enum.IsDefined(choice.GetType(), choice), name, choice, NamesOf(choice) + ", or null");
        }

        foreach (var (name, choice) in ((string, Enum)[])[(nameof(EncoderTraining), EncoderTraining), (nameof(SemanticDecoding), SemanticDecoding), (nameof(TextInsertion), TextInsertion), (nameof(TextConditioning), TextConditioning),
                     (nameof(ClassHead), ClassHead), (nameof(AlignmentForm), AlignmentForm), (nameof(AlignmentStop), AlignmentStop), (nameof(PresenceObjective), PresenceObjective),
                     (nameof(LearningRateDecay), LearningRateDecay), (nameof(BestMetric), BestMetric), (nameof(Precision), Precision)])
            Require(Enum.IsDefined(choice.GetType(), choice), name, choice, NamesOf(choice));
        Require(SemanticDecoding != SemanticDecoding.Shared || TextInsertion != TextInsertion.SemanticOnly, nameof(TextInsertion), TextInsertion,
            $"{TextInsertion.Both} or {TextInsertion.None} with {nameof(SemanticDecoding)} {SemanticDecoding.Shared}: there is one decoder, which reads the text or does not");
    }

    /// <summary>Checks what depends on the network, which only a checkpoint may tell.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    internal void ValidateNetwork(SegSamEncoder? encoder, SegSamAdapter adapter, int? inputSize)
    {
        Require(adapter != SegSamAdapter.SamMed2D || inputSize % 32 is null or 0, nameof(InputSize), inputSize, "a multiple of 32 with SAM-Med2D's adapter, which halves the map");
        Require(encoder != SegSamEncoder.VitT || EncoderTraining == EncoderTraining.Frozen || inputSize is not 16, nameof(InputSize), inputSize, $"at least 32 to train {nameof(Encoder)} VitT, whose batch norms need more than one value of each channel");
        Require(encoder != SegSamEncoder.VitT || adapter == SegSamAdapter.None, nameof(Adapter), adapter, $"None with {nameof(Encoder)} VitT: TinyViT's blocks have no place for adapters");
        Require(encoder != SegSamEncoder.VitT || EncoderTraining != EncoderTraining.Adapter, nameof(EncoderTraining), EncoderTraining, $"Full or Frozen with {nameof(Encoder)} VitT, which has no adapters");
        Require(encoder != SegSamEncoder.VitT || !GradientCheckpointing, nameof(GradientCheckpointing), GradientCheckpointing, $"false with {nameof(Encoder)} VitT, whose batch norms would see every image twice");
        Require(EncoderTraining != EncoderTraining.Adapter || adapter != SegSamAdapter.None, nameof(EncoderTraining), EncoderTraining, $"used with an {nameof(Adapter)} other than None");
    }

    /// <summary>Checks what depends on the categories of the training rows.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    internal void ValidateCategories(IEnumerable<string> names)
    {
        var sided = Augmentation is { Flips: true } ? SidedNames.Among(names) : [];
        Require(sided.Count == 0, nameof(Augmentation), "Flips = True", $"null, or have Flips false, where categories belong to a side: {string.Join(", ", sided)}");
    }

    /// <summary>Checks what depends on the machine that trains.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    internal void ValidateDevice(bool hasBFloat16) =>
        Require(Precision != SegSamPrecision.BFloat16 || hasBFloat16, nameof(Precision), Precision, "Automatic or Float32 on this processor: it has no bfloat16 instructions (AVX-512 BF16 or AMX), so that training would be slower, not faster");

    private static string NamesOf(Enum choice) => "one of " + string.Join(", ", Enum.GetNames(choice.GetType()));

    private static void Require(bool holds, string property, object? found, string allowed)
    {
        if (!holds)
            throw new ArgumentException(FormattableString.Invariant($"{nameof(SegSamOptions)}.{property} is '{found ?? "null"}'; it must be {allowed}."), property);
    }
}
