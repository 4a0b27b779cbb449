using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;

namespace Med2D.Training;

/// <summary>What is trained.</summary>
internal enum Form
{
    /// <summary>The method with its defaults.</summary>
    SegSam,

    /// <summary>SAM's masks alone: no texts, and no loss of names, presence and agreement.</summary>
    SamStyle,

    /// <summary>The semantic tokens inside SAM's decoder: no texts, no loss of agreement.</summary>
    TokensInSam,

    /// <summary>The semantic tokens in a decoder of their own; no texts, no loss of agreement.</summary>
    WithoutText,

    /// <summary>The method without the loss of agreement.</summary>
    WithoutAlignment,

    /// <summary>A U-Net for each source, without prompts.</summary>
    UNets,
}

/// <summary>The library's options of each form; nothing else in this program chooses any.</summary>
internal static partial class Forms
{
    /// <summary>
    /// Raised whenever forms are trained differently in a way that no setting shows, here or in the library: only runs of one recipe are
    /// compared. That of the library's forms takes, since 2, the pixels' cross-entropy in place of the focal loss, and two images a step.
    /// </summary>
    public static int RecipeOf(Form form) => form == Form.UNets ? 1 : 2;

    // Beside pretrained weights: with twice that, names were learned worse on the validation split.
    private const double Rate = 5e-4, EncoderRate = 1e-4;

    /// <summary>The name of a value on the command line: SegSam becomes seg-sam.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum => UpperCase().Replace(Enum.GetName(value)!, "-$0").ToLowerInvariant();

    /// <summary>The value of a name; null if there is none.</summary>
    public static T? Parse<T>(string name) where T : struct, Enum =>
        Enum.GetValues<T>().Select(value => (T?)value).FirstOrDefault(value => NameOf(value!.Value) == name);

    /// <summary>Whether a form is told about the categories in words.</summary>
    public static bool HasTexts(Form form) => form is Form.SegSam or Form.WithoutAlignment;

    /// <summary>The options of a form, but for epochs, state and progress.</summary>
    /// <param name="checkpoint">The file of weights to start from; null for none.</param>
    /// <param name="embedder">Of the texts; null for the library's own.</param>
    public static SegSamOptions Options(RunSettings settings, string? checkpoint, OnnxTextEmbedder? embedder)
    {
        var method = new SegSamOptions
        {
            BoxColumnName = nameof(TrainingRow.Box),
            PointsColumnName = nameof(TrainingRow.Points),
            PointLabelsColumnName = nameof(TrainingRow.PointLabels),
            ImageIdColumnName = nameof(TrainingRow.ImageId),
            DatasetColumnName = nameof(TrainingRow.Source),
            Augmentation = settings.Frozen ? null : new Augmentation(),
            Resize = ResizeRule.LongestSide, // images of all shapes and sizes
            RareDatasetSampling = 0.5, // from 4 images of a source to 175
            ImagesPerStep = 2, // with four, half as many updates in as many passes, masks were worse, though names were better
            PromptsPerImage = 4,
            InteractiveRounds = 0, // with one, masks were worse on the validation split, also after three points
            Encoder = settings.Encoder is { } encoder ? Parse<SegSamEncoder>(encoder) : null,
            InputSize = settings.Input,
            Checkpoint = checkpoint,
            LearningRate = checkpoint is null ? null : Rate,
            EncoderLearningRate = checkpoint is null ? null : EncoderRate,
            EncoderTraining = settings.Frozen ? EncoderTraining.Frozen : EncoderTraining.Full,
            DescriptionColumnName = settings.Texts is null || settings.Texts == NameOf(Texts.Descriptions)
                ? null : nameof(TrainingRow.Description),
            TextEmbedder = embedder,
        };
        return Parse<Form>(settings.Form) switch
        {
            Form.SegSam => method,
            Form.WithoutAlignment => method with { AlignmentWeight = 0 },
            Form.WithoutText => WithoutText(method),
            Form.TokensInSam => WithoutText(method) with { SemanticDecoding = SemanticDecoding.Shared },
            Form.SamStyle => WithoutText(method) with { Glossary = null, ClassWeight = 0, PresenceWeight = 0 },
            _ => throw new ArgumentException($"'{settings.Form}' is not a form of the library."),
        };
    }

    /// <summary>The options of a further stage.</summary>
    /// <param name="model">What the stage before saved.</param>
    public static SegSamOptions Further(SegSamOptions options, string model) => options with
    {
        Checkpoint = model,
        Encoder = null,
        LearningRate = Rate,
        EncoderLearningRate = EncoderRate,
    };

    // As in samples/Ablation: without texts, a perceptron outputs the categories; it trains best with four times the class weights.
    private static SegSamOptions WithoutText(SegSamOptions method) => method with
    {
        TextInsertion = TextInsertion.None,
        ClassHead = ClassHead.Mlp,
        ClassWeight = 4 * method.ClassWeight,
        PresenceWeight = 4 * method.PresenceWeight,
        AlignmentWeight = 0,
    };

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex UpperCase();
}
