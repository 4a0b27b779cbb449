using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Imaging;
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

    /// <summary>The method with its semantic tokens inside SAM's decoder.</summary>
    TokensInSam,

    /// <summary>A U-Net for each source, without prompts.</summary>
    UNets,
}

/// <summary>The library's options of each form; nothing else in this program chooses any.</summary>
internal static partial class Forms
{
    /// <summary>The name of a value on the command line: SegSam becomes seg-sam.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum => UpperCase().Replace(Enum.GetName(value)!, "-$0").ToLowerInvariant();

    /// <summary>The value of a name; null if there is none.</summary>
    public static T? Parse<T>(string name) where T : struct, Enum =>
        Enum.GetValues<T>().Select(value => (T?)value).FirstOrDefault(value => NameOf(value!.Value) == name);

    /// <summary>The options of a form, but for epochs, state and progress.</summary>
    public static SegSamOptions Options(RunSettings settings, string? checkpoint)
    {
        var method = new SegSamOptions
        {
            BoxColumnName = nameof(TrainingRow.Box),
            PointsColumnName = nameof(TrainingRow.Points),
            PointLabelsColumnName = nameof(TrainingRow.PointLabels),
            ImageIdColumnName = nameof(TrainingRow.ImageId),
            DatasetColumnName = nameof(TrainingRow.Source),
            Augmentation = new Augmentation(),
            Resize = ResizeRule.LongestSide, // images of all shapes and sizes
            RareDatasetSampling = 0.5, // from 4 images of a source to 175
            PromptsPerImage = 4,
            InteractiveRounds = 0,
            Encoder = settings.Encoder is { } encoder ? Parse<SegSamEncoder>(encoder) : null,
            InputSize = settings.Input,
            Checkpoint = checkpoint,
        };
        return Parse<Form>(settings.Form) switch
        {
            Form.SegSam => method,
            Form.TokensInSam => method with { SemanticDecoding = SemanticDecoding.Shared },
            Form.SamStyle => method with
            {
                TextInsertion = TextInsertion.None,
                ClassHead = ClassHead.Mlp,
                Glossary = null,
                ClassWeight = 0,
                PresenceWeight = 0,
                AlignmentWeight = 0,
            },
            _ => throw new ArgumentException($"'{settings.Form}' is not a form of the library."),
        };
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex UpperCase();
}
