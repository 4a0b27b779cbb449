using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SegSam;

/// <summary>Kind and size of the image encoder: SAM's ViT with patches of 16 pixels, or MobileSAM's TinyViT.</summary>
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

    /// <summary>MobileSAM's TinyViT-5M: convolutions, then attention in windows; 5.7 million parameters with SAM's neck, default input 256. Takes no adapter.</summary>
    VitT,
}

/// <summary>Small trainable modules in every encoder block; for the ViTs alone.</summary>
public enum SegSamAdapter
{
    /// <summary>No adapters.</summary>
    None,

    /// <summary>Linear D→D/4, GELU, Linear D/4→D, zero at the start, so that the pretrained function is unchanged at step 0 (our choice).</summary>
    Bottleneck,

    /// <summary>SAM-Med2D's: channel gate and strided convolutions; 15 million parameters in each ViT-B block.</summary>
    SamMed2D,

    /// <summary>LoRA: an update of rank 4 to the query and value projections of every block, zero at the start; 12 thousand parameters in each ViT-B block (Hu et al. 2021; rank and places after SAMed).</summary>
    LowRank,
}

/// <summary>Which weights of the image encoder are trained. Prompt encoder, text module and both decoders always are.</summary>
public enum EncoderTraining
{
    /// <summary>Everything; needed when training from scratch.</summary>
    Full,

    /// <summary>The adapters alone; needs <see cref="SegSamOptions.Adapter"/>.</summary>
    Adapter,

    /// <summary>Nothing. Each image is then encoded once, and its embedding kept on disk while training lasts: later epochs pay no encoder time.</summary>
    Frozen,
}

/// <summary>Where the semantic tokens t_so and t_co do their work.</summary>
public enum SemanticDecoding
{
    /// <summary>In a decoder of their own, which shares no parameter with SAM's (the published method).</summary>
    Independent,

    /// <summary>In SAM's decoder, beside its mask tokens: half the decoder weights and time, but masks and categories then pull at the same weights.</summary>
    Shared,
}

/// <summary>How the learning rate falls after its warm-up over the first twentieth of the run.</summary>
public enum LearningRateDecay
{
    /// <summary>Along half a cosine, down to zero.</summary>
    Cosine,

    /// <summary>Halved after a third of the run and again after two thirds (SAM-UNet halves after epochs 5 and 10 of 12 to 15).</summary>
    Step,
}

/// <summary>
/// A measure of the validation rows that decides which epoch's weights are the best, from 0 to 1, never NaN. Rows count alike, their own
/// prompts are used (a simulated one where a row has none), and masks are compared at the network's resolution.
/// </summary>
public enum ValidationMetric
{
    /// <summary>Mean Dice of both decoders' masks, whatever category the semantic one carries.</summary>
    MeanDice,

    /// <summary>Mean Dice of the binary mask.</summary>
    BinaryDice,

    /// <summary>Mean Dice of the semantic mask, 0 where its category is wrong.</summary>
    SemanticDice,

    /// <summary>Share of the rows whose predicted category is the true one.</summary>
    ClassAccuracy,

    /// <summary>F1 of the image's other categories, claimed above 0.5, over all pairs (row, category); 1 where there are none and none is claimed.</summary>
    PresentF1,
}

/// <summary>The number format of the image encoder's products: linear layers, convolutions and attention.</summary>
public enum SegSamPrecision
{
    /// <summary>
    /// BFloat16 where the processor runs it faster, else Float32: on a CPU with instructions for it, after a trial of some milliseconds, for encoders of
    /// SAM's kind that are wide enough to gain (256 and more). On a GPU Float32.
    /// </summary>
    Automatic,

    /// <summary>32-bit floating point throughout.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is the format that is meant.")]
    Float32,

    /// <summary>The encoder's products in bfloat16; its weights and norms, the decoders, losses and optimizer in float32.</summary>
    BFloat16,
}

/// <summary>Which decoders read the text summary token t_text.</summary>
public enum TextInsertion
{
    /// <summary>Both decoders (the published figure: t_text is embedded into the prompt tokens).</summary>
    Both,

    /// <summary>The semantic-aware decoder alone, which must then be <see cref="SemanticDecoding.Independent"/>; SAM's own decoder stays exactly SAM's.</summary>
    SemanticOnly,

    /// <summary>Neither: no text module is built.</summary>
    None,
}

/// <summary>What the text summary token t_text is conditioned on.</summary>
public enum TextConditioning
{
    /// <summary>The image.</summary>
    Image,

    /// <summary>The image and the prompt: t_text then differs between the prompts of one image.</summary>
    ImageAndPrompt,
}

/// <summary>How tokens of the semantic-aware decoder become class scores.</summary>
public enum ClassHead
{
    /// <summary>A three-layer perceptron with one output for each category and one for "no object".</summary>
    Mlp,

    /// <summary>Cosine similarity with the projected category texts; the zero vector stands for "no object".</summary>
    TextSimilarity,
}

/// <summary>Overlap measure of the cross-mask alignment loss between the two decoders' mask probabilities p and q.</summary>
public enum AlignmentForm
{
    /// <summary>1 − (2Σpq + 1) / (Σp² + Σq² + 1): zero for equal maps (our choice).</summary>
    Squared,

    /// <summary>1 − (2Σpq + 1) / (Σp + Σq + 1): also sharpens both maps.</summary>
    Linear,

    /// <summary>1 − (Σpq + 1) / (Σp + Σq − Σpq + 1).</summary>
    IoU,
}

/// <summary>Which mask the alignment loss treats as fixed.</summary>
public enum AlignmentStop
{
    /// <summary>Neither: both decoders learn from each other (the published aim).</summary>
    None,

    /// <summary>SAM's binary mask is fixed; only the semantic mask moves towards it.</summary>
    Binary,

    /// <summary>The semantic mask is fixed; only SAM's binary mask moves towards it.</summary>
    Semantic,
}

/// <summary>How the tokens t_co learn the categories of the unprompted objects.</summary>
public enum PresenceObjective
{
    /// <summary>One-to-one assignment of tokens to categories (Hungarian), cross-entropy, "no object" weighted 0.1 (after DETR).</summary>
    SetPrediction,

    /// <summary>The best token of each category against a present/absent target; no assignment, steadier on very small data (our choice).</summary>
    MultiLabel,
}

/// <summary>Which of SAM's three mask hypotheses a training step learns from.</summary>
public enum MaskSelection
{
    /// <summary>The one with the lowest mask loss (SAM's practice).</summary>
    LowestLoss,

    /// <summary>The one with the highest predicted IoU, as at prediction (SAM-Med2D's practice).</summary>
    HighestQuality,

    /// <summary>None of them: SAM's single mask is trained, and answers at prediction too (MedSAM's practice).</summary>
    SingleMask,
}

/// <summary>Who published a checkpoint: decides how images are prepared for it and which of SAM's masks answers.</summary>
public enum CheckpointFamily
{
    /// <summary>Segment Anything, official files or Hugging Face's: longest side to the input size, SAM's mean and deviation.</summary>
    Sam,

    /// <summary>MedSAM: stretched to the square (bicubic), every image scaled to 0..1, the single mask answers.</summary>
    MedSam,

    /// <summary>SAM-Med2D: small images padded, larger ones stretched (nearest neighbour), mask prompts as probabilities.</summary>
    SamMed2D,

    /// <summary>Segment Anything in High Quality: its SAM part alone is used, as of <see cref="Sam"/>.</summary>
    SamHq,

    /// <summary>MobileSAM: TinyViT as the encoder, images as for <see cref="Sam"/>.</summary>
    MobileSam,

    /// <summary>Weights that this library saved; they say themselves how images are prepared.</summary>
    SegSam,
}
