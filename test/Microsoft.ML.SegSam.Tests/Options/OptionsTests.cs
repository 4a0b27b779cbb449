using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Options;

[TestClass]
public sealed class OptionsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    public static IEnumerable<(SegSamOptions Options, string Message)> Refused =>
    [
        (new() { BoxColumnName = "Box", ImageColumnName = "" },
            "SegSamOptions.ImageColumnName is ''; it must be the name of the image column"),
        (new() { BoxColumnName = "Box", ImageColumnName = null! }, "SegSamOptions.ImageColumnName is 'null'"),
        (new() { BoxColumnName = "Box", MaskColumnName = " " },
            "SegSamOptions.MaskColumnName is ' '; it must be the name of the mask column"),
        (new() { BoxColumnName = "Box", CategoryColumnName = null! },
            "SegSamOptions.CategoryColumnName is 'null'; it must be the name of the category column"),
        (new(), "BoxColumnName is 'null'; it must be a column of prompts: "
            + "name at least one of BoxColumnName, PointsColumnName and MaskPromptColumnName"),
        (new() { PointsColumnName = "Points" },
            "PointLabelsColumnName is 'null'; it must be given together with PointsColumnName ('Points')"),
        (new() { BoxColumnName = "Box", PointLabelsColumnName = "Labels" }, "PointLabelsColumnName is 'Labels'"),
        (new() { PointsColumnName = "Points", PointLabelsColumnName = "Labels", BoxScoresColumnName = "Score" },
            "BoxScoresColumnName is 'Score'; it must be null without a BoxColumnName"),
        (new() { BoxColumnName = "Boxes", BoxScoresColumnName = " " },
            "BoxScoresColumnName is ' '; it must be the name of a column, or null"),
        (new() { BoxColumnName = "Box", InputSize = 0 }, "InputSize is '0'; it must be a multiple of 16 from 16 to 4096, or null"),
        (new() { BoxColumnName = "Box", InputSize = -16 }, "InputSize is '-16'"),
        (new() { BoxColumnName = "Box", InputSize = 100 }, "InputSize is '100'"),
        (new() { BoxColumnName = "Box", InputSize = 4112 }, "InputSize is '4112'"),
        (new() { BoxColumnName = "Box", InputSize = 48, Adapter = SegSamAdapter.SamMed2D },
            "InputSize is '48'; it must be a multiple of 32"),
        (new() { BoxColumnName = "Box", Patience = 0 }, "Patience is '0'; it must be at least 1, or null"),
        (new() { BoxColumnName = "Box", SaveEverySteps = 0 }, "SaveEverySteps is '0'; it must be at least 1"),
        (new() { BoxColumnName = "Box", AccumulateSteps = 0 }, "AccumulateSteps is '0'; it must be at least 1"),
        (new() { BoxColumnName = "Box", BestMetric = (ValidationMetric)9 },
            "BestMetric is '9'; it must be one of MeanDice, BinaryDice, SemanticDice, ClassAccuracy, PresenceF1"),
        (new() { BoxColumnName = "Box", Precision = (SegSamPrecision)9 },
            "Precision is '9'; it must be one of Automatic, Float32, BFloat16"),
        (new() { BoxColumnName = "Box", GradientCheckpointing = true, EncoderTraining = EncoderTraining.Frozen },
            "GradientCheckpointing is 'True'; it must be false with EncoderTraining Frozen"),
        (new() { BoxColumnName = "Box", GradientCheckpointing = true, Encoder = SegSamEncoder.VitT },
            "GradientCheckpointing is 'True'; it must be false with Encoder VitT"),
        (new() { BoxColumnName = "Box", StateFile = " " }, "StateFile is ' '; it must be the path of a file"),
        (new() { BoxColumnName = "Box", Epochs = 0 }, "Epochs is '0'; it must be at least 1, or 0 with a Checkpoint"),
        (new() { BoxColumnName = "Box", CheckpointFamily = CheckpointFamily.Sam },
            "CheckpointFamily is 'Sam'; it must be null without a Checkpoint"),
        (new() { BoxColumnName = "Box", EncoderTraining = EncoderTraining.Adapter },
            "EncoderTraining is 'Adapter'; it must be used with an Adapter other than None"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.VitT, EncoderTraining = EncoderTraining.Adapter },
            "EncoderTraining is 'Adapter'; it must be Full or Frozen with Encoder VitT, which has no adapters"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.VitT, Adapter = SegSamAdapter.Bottleneck },
            "Adapter is 'Bottleneck'; it must be None with Encoder VitT"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.ResNet18, Adapter = SegSamAdapter.LowRank },
            "Adapter is 'LowRank'; it must be None with Encoder ResNet18"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.ResNet18, EncoderTraining = EncoderTraining.Adapter },
            "EncoderTraining is 'Adapter'; it must be Full or Frozen with Encoder ResNet18, which has no adapters"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.ResNet18, GradientCheckpointing = true },
            "GradientCheckpointing is 'True'; it must be false with Encoder ResNet18"),
        (new() { BoxColumnName = "Box", Encoder = SegSamEncoder.VitT, InputSize = 16 },
            "InputSize is '16'; it must be at least 32 to train Encoder VitT"),
        (new() { BoxColumnName = "Box", PresenceTokens = 0 }, "PresenceTokens is '0'; it must be from 1 to 256"),
        (new() { BoxColumnName = "Box", PresenceTokens = 257 }, "PresenceTokens is '257'"),
        (new() { BoxColumnName = "Box", ClassWeight = -0.1 }, "ClassWeight is '-0.1'; it must be a finite number of at least 0"),
        (new() { BoxColumnName = "Box", PresenceWeight = double.NaN }, "PresenceWeight is 'NaN'"),
        (new() { BoxColumnName = "Box", AlignmentWeight = double.PositiveInfinity }, "AlignmentWeight is '"),
        (new() { BoxColumnName = "Box", WeightDecay = -1 }, "WeightDecay is '-1'"),
        (new() { BoxColumnName = "Box", LearningRate = 0 }, "LearningRate is '0'; it must be a finite number above 0"),
        (new() { BoxColumnName = "Box", LearningRate = double.NaN }, "LearningRate is 'NaN'"),
        (new() { BoxColumnName = "Box", GradientClip = 0 }, "GradientClip is '0'"),
        (new() { BoxColumnName = "Box", BatchSize = 0 }, "BatchSize is '0'"),
        (new() { BoxColumnName = "Box", PromptsPerImage = -1 }, "PromptsPerImage is '-1'"),
        (new() { BoxColumnName = "Box", Augmentation = new() { Rotation = 46 } },
            "Augmentation is 'Rotation = 46'; it must be null, or Rotation from 0 to 45"),
        (new() { BoxColumnName = "Box", Augmentation = new() { Noise = double.NaN } },
            "Augmentation is 'Noise = NaN'; it must be null, or Noise from 0 to 0.5"),
        (new() { BoxColumnName = "Box", Augmentation = new() { Contrast = -0.1 } }, "Augmentation is 'Contrast = -0.1'"),
        (new() { BoxColumnName = "Box", Augmentation = new(), EncoderTraining = EncoderTraining.Frozen },
            "Augmentation is 'given'; it must be null with EncoderTraining Frozen"),
        (new() { BoxColumnName = "Box", EmbeddingFolder = "folder" },
            "EmbeddingFolder is 'folder'; it must be null unless EncoderTraining is Frozen"),
        (new() { BoxColumnName = "Box", EmbeddingFolder = " ", EncoderTraining = EncoderTraining.Frozen },
            "EmbeddingFolder is ' '; it must be the path of a folder"),
        (new() { BoxColumnName = "Box", RareCategorySampling = -0.1 }, "RareCategorySampling is '-0.1'; it must be from 0 to 1"),
        (new() { BoxColumnName = "Box", RareCategorySampling = double.NaN }, "RareCategorySampling is 'NaN'"),
        (new() { BoxColumnName = "Box", InteractiveRounds = -1 }, "InteractiveRounds is '-1'; it must be at least 0, or null"),
        (new() { BoxColumnName = "Box", Encoder = (SegSamEncoder)9 },
            "Encoder is '9'; it must be one of Tiny, VitB, VitL, VitH, VitT, ResNet18"),
        (new() { BoxColumnName = "Box", Resize = (ResizeRule)9 },
            "Resize is '9'; it must be one of PadOrStretch, LongestSide, Stretch, or null"),
        (new() { BoxColumnName = "Box", Resampling = (Resampling)9 },
            "Resampling is '9'; it must be one of Bilinear, Nearest, Bicubic, or null"),
        (new() { BoxColumnName = "Box", PixelScaling = (PixelScaling)9 },
            "PixelScaling is '9'; it must be one of MeanStd, MinMax, or null"),
        (new() { BoxColumnName = "Box", ChannelOrder = (ChannelOrder)9 }, "ChannelOrder is '9'; it must be one of Rgb, Bgr, or null"),
        (new() { BoxColumnName = "Box", Adapter = (SegSamAdapter)9 }, "Adapter is '9'"),
        (new() { BoxColumnName = "Box", EncoderTraining = (EncoderTraining)9 }, "EncoderTraining is '9'"),
        (new() { BoxColumnName = "Box", TextInsertion = (TextInsertion)9 }, "TextInsertion is '9'"),
        (new() { BoxColumnName = "Box", SemanticDecoding = SemanticDecoding.Shared, TextInsertion = TextInsertion.SemanticOnly },
            "TextInsertion is 'SemanticOnly'; it must be Both or None"),
        (new() { BoxColumnName = "Box", ClassHead = (ClassHead)9 }, "ClassHead is '9'"),
    ];

    [TestMethod]
    [DynamicData(nameof(Refused))]
    public void An_option_out_of_range_is_named_with_what_is_allowed(SegSamOptions options, string message)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSam(options));
        Assert.Contains(message, failure.Message);
        Assert.IsNotNull(typeof(SegSamOptions).GetProperty(failure.ParamName!), failure.ParamName);
    }

    [TestMethod]
    public void The_edges_of_every_range_are_allowed()
    {
        _ = Ml.Transforms.SegSam(new SegSamOptions
        {
            MaskPromptColumnName = "Logits", InputSize = 16, PresenceTokens = 256, ClassWeight = 0, PresenceWeight = 0, AlignmentWeight = 0,
            WeightDecay = 0, Epochs = 1, BatchSize = 1, PromptsPerImage = 1, InteractiveRounds = 0,
        });
        _ = Ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box", InputSize = 16, Encoder = SegSamEncoder.VitT, EncoderTraining = EncoderTraining.Frozen,
        });
        _ = Ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", InputSize = 32, Encoder = SegSamEncoder.VitT });
        _ = Ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", InputSize = 16, Encoder = SegSamEncoder.ResNet18 });
        _ = Ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box", InputSize = 4096, PresenceTokens = 1, Adapter = SegSamAdapter.SamMed2D,
            EncoderTraining = EncoderTraining.Adapter,
        });
    }

    [TestMethod]
    public void Nothing_is_taken_from_null()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Ml.Transforms.SegSam(options: null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ((TransformsCatalog)null!).SegSam(TinyData.Options()));
        Assert.ThrowsExactly<ArgumentNullException>(() => new SegSamEstimator(null!, TinyData.Options()));
        Assert.ThrowsExactly<ArgumentNullException>(() => Ml.Transforms.SegSam(TinyData.Options()).Fit(null!));
    }
}
