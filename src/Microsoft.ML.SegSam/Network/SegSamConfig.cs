using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Every number that the weights depend on. It travels in the .zip and rebuilds the network.</summary>
/// <remarks>Values are SAM's unless a comment says otherwise; presets are in <see cref="For"/>.</remarks>
internal sealed record SegSamConfig
{
    // Image encoder: SAM's ViT (method, 4.2), or another kind where its stages are given
    public required int InputSize { get; init; }                    // S, a multiple of the patch size
    public int PatchSize { get; init; } = 16;
    public double EncoderMlpRatio { get; init; } = 4;
    public IReadOnlyList<TinyVitStage>? Stages { get; init; }       // TinyViT alone
    public IReadOnlyList<ResNetStage>? ResNetStages { get; init; }  // ResNet alone
    public bool FineMaps { get; init; }                             // at strides 8 and 4, for the up-scaling, as in SAM 2; ResNet alone
    public int PyramidWidth { get; init; }                          // of the feature pyramid that the fine maps come from
    public int EncoderWidth { get; init; }                          // D; from here to the adapters ViT alone
    public int EncoderDepth { get; init; }
    public int EncoderHeads { get; init; }
    public IReadOnlyList<int> GlobalBlocks { get; init; } = [];     // attend to the whole map; the others to windows
    public int WindowSize { get; init; } = 14;
    public SegSamAdapter Adapter { get; init; } = SegSamAdapter.None;
    public double AdapterRatio { get; init; } = 0.25;
    public int AdapterRank { get; init; } = 4;                      // of LowRank

    // Prompt encoder and decoders (4.3, 4.5, 4.6)
    public int Width { get; init; } = 256;                          // C
    public int MaskPromptChannels { get; init; } = 16;
    public int DecoderDepth { get; init; } = 2;
    public int DecoderHeads { get; init; } = 8;
    public int DecoderMlpWidth { get; init; } = 2048;
    public int AttentionDownsample { get; init; } = 2;
    public int MultimaskOutputs { get; init; } = 3;
    public int QualityHeadDepth { get; init; } = 3;
    public int QualityHeadWidth { get; init; } = 256;
    public bool SingleMask { get; init; }                           // the first token's mask is predicted, as in MedSAM
    public bool MultimaskForPoint { get; init; }                    // all prompts but a single point have the first mask (our choice)
    public bool MaskPrior { get; init; }                            // masks change the prompt's mask, or what it suggests (our choice)
    public int RefinementDepth { get; init; }                       // of the up-scaled map, by convolutions (our choice)
    public bool SigmoidMaskPrompt { get; init; }                    // mask prompts enter as probabilities, as in SAM-Med2D, not as logits

    // Semantic-aware decoder and text (4.4, 4.6; our choices)
    public int CategoryCount { get; init; }                         // K
    public SemanticDecoding SemanticDecoding { get; init; } = SemanticDecoding.Independent;
    public int PresenceTokens { get; init; } = 16;                  // N_c, number of t_co
    public int TextWidth { get; init; } = 512;                      // d_t
    public int TextMlpWidth { get; init; } = 1024;
    public TextInsertion TextInsertion { get; init; } = TextInsertion.Both;
    public TextConditioning TextConditioning { get; init; } = TextConditioning.Image;
    public double? TextLayerScale { get; init; }                    // starting gamma on t_text; null = none
    public ClassHead ClassHead { get; init; } = ClassHead.Mlp;

    // Norms
    public double EncoderEpsilon { get; init; } = 1e-6;             // of the encoder's blocks
    public double MapEpsilon { get; init; } = 1e-6;                 // of norms over a map's channels, in neck, mask prompt and up-scaling
    public double DecoderEpsilon { get; init; } = 1e-5;
    public double AdapterEpsilon { get; init; } = 1e-5;

    /// <summary>The encoder's kind: the one whose stages are given.</summary>
    [JsonIgnore]
    public EncoderKind Kind => ResNetStages is not null ? EncoderKind.ResNet : Stages is not null ? EncoderKind.TinyVit : EncoderKind.Vit;

    /// <summary>Channels of an embedding: C, or 4C with fine maps.</summary>
    [JsonIgnore]
    public int EmbeddingWidth => FineMaps ? 4 * Width : Width;

    /// <summary>Whether SAM's single mask is predicted, not the best of its three candidates.</summary>
    /// <param name="isSinglePoint">Whether the prompt is one point and nothing else.</param>
    public bool PredictsSingleMask(bool isSinglePoint) => SingleMask || (MultimaskForPoint && !isSinglePoint);

    /// <summary>Side of the embedding map, g = S/16.</summary>
    public int Grid => InputSize / PatchSize;

    /// <summary>Side of the mask logits, 4g.</summary>
    public int MaskSide => 4 * Grid;

    /// <summary>The numbers of the image encoder, which knows nothing of the rest.</summary>
    public EncoderConfig ForEncoder() => new()
    {
        Kind = Kind,
        Grid = Grid,
        PatchSize = PatchSize,
        MlpRatio = EncoderMlpRatio,
        OutputWidth = Width,
        MapEpsilon = MapEpsilon,
        Stages = Stages,
        ResNetStages = ResNetStages,
        FineMaps = FineMaps,
        PyramidWidth = PyramidWidth,
        Width = EncoderWidth,
        Depth = EncoderDepth,
        Heads = EncoderHeads,
        Epsilon = EncoderEpsilon,
        GlobalBlocks = GlobalBlocks,
        WindowSize = WindowSize,
        Adapter = Adapter,
        AdapterRatio = AdapterRatio,
        AdapterRank = AdapterRank,
        AdapterEpsilon = AdapterEpsilon,
    };

    /// <summary>The preset whose encoder this is; null where it has no preset's size.</summary>
    public SegSamEncoder? Preset() => Enum.GetValues<SegSamEncoder>().Cast<SegSamEncoder?>().FirstOrDefault(
        encoder => For(encoder!.Value) is var preset
            && preset.Kind == Kind
            && (preset.EncoderWidth, preset.EncoderDepth, preset.EncoderHeads) == (EncoderWidth, EncoderDepth, EncoderHeads)
            && (preset.ResNetStages ?? []).SequenceEqual(ResNetStages ?? []));

    /// <summary>The preset of an encoder; <paramref name="inputSize"/> null means the size its family was published at.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input size is not a positive multiple of 16.</exception>
    public static SegSamConfig For(SegSamEncoder encoder, int? inputSize = null)
    {
        if (inputSize is { } size && (size <= 0 || size % 16 != 0))
        {
            const string message = "InputSize must be a positive multiple of 16, such as 128, 256 or 1024.";
            throw new ArgumentOutOfRangeException(nameof(inputSize), size, message);
        }

        return encoder switch
        {
            SegSamEncoder.VitB => Vit(width: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11]),
            SegSamEncoder.VitL => Vit(width: 1024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23]),
            SegSamEncoder.VitH => Vit(width: 1280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31]),
            // Our choice: small enough to train from scratch on two CPU cores in minutes.
            SegSamEncoder.Tiny => Small(new()
            {
                InputSize = inputSize ?? 128, EncoderWidth = 192, EncoderDepth = 4, EncoderHeads = 3, GlobalBlocks = [1, 3], WindowSize = 8,
            }),
            // TinyViT-5M as in MobileSAM, which runs it at 1024; 256 is medical practice (LiteMedSAM).
            SegSamEncoder.VitT => new()
            {
                InputSize = inputSize ?? 256, Stages = [new(64, 2), new(128, 2, 4, 7), new(160, 6, 5, 14), new(320, 2, 10, 7)],
            },
            // Pretrained weights for a processor without a GPU; the rest of the network is Tiny's (our choice).
            SegSamEncoder.ResNet18 => Small(new()
            {
                InputSize = inputSize ?? 256, ResNetStages = [new(64, 2), new(128, 2), new(256, 2)], FineMaps = true,
                PyramidWidth = 64, RefinementDepth = 2,
            }),
            _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder,
                $"Unknown encoder; choose one of {string.Join(", ", Enum.GetNames<SegSamEncoder>())}."),
        };

        static SegSamConfig Small(SegSamConfig encoder) => encoder with
        {
            Width = 128, DecoderMlpWidth = 512, AttentionDownsample = 1, QualityHeadWidth = 128, TextMlpWidth = 256,
        };

        SegSamConfig Vit(int width, int depth, int heads, int[] globalBlocks) => new()
        {
            InputSize = inputSize ?? 256, EncoderWidth = width, EncoderDepth = depth, EncoderHeads = heads, GlobalBlocks = globalBlocks,
        };
    }
}

/// <summary>Kind and size of the image encoder: SAM's ViT with patches of 16 pixels, MobileSAM's TinyViT, or a ResNet.</summary>
public enum SegSamEncoder
{
    /// <summary>Width 192, 4 blocks, default input 128. Trains from scratch on two CPU cores in minutes (our choice).</summary>
    Tiny,

    /// <summary>SAM's ViT-B: width 768, 12 blocks, 89 million parameters, default input 256.</summary>
    VitB,

    /// <summary>SAM's ViT-L: width 1024, 24 blocks, 308 million parameters, default input 256.</summary>
    VitL,

    /// <summary>SAM's ViT-H: width 1280, 32 blocks, 637 million parameters, default input 256.</summary>
    VitH,

    /// <summary>
    /// MobileSAM's TinyViT-5M: convolutions, then attention in windows; 5.7 million parameters with SAM's neck, default input 256. Takes no
    /// adapter.
    /// </summary>
    VitT,

    /// <summary>
    /// ResNet-18 up to its third stage, with batch norms folded into the convolutions: 3.1 million parameters with SAM's neck, default
    /// input 256 (our choice). Its weights may come from ImageNet: see docs/training.md. Takes no adapter.
    /// </summary>
    ResNet18,
}
