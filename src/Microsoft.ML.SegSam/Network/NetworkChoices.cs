namespace Microsoft.ML.SegSam.Network;

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

    /// <summary>
    /// MobileSAM's TinyViT-5M: convolutions, then attention in windows; 5.7 million parameters with SAM's neck, default input 256. Takes no
    /// adapter.
    /// </summary>
    VitT,
}

/// <summary>Where the semantic tokens t_so and t_co do their work.</summary>
public enum SemanticDecoding
{
    /// <summary>In a decoder of their own, which shares no parameter with SAM's (the published method).</summary>
    Independent,

    /// <summary>
    /// In SAM's decoder, beside its mask tokens: half the decoder weights and time, but masks and categories then pull at the same weights.
    /// </summary>
    Shared,
}

/// <summary>Which decoders read the text summary token t_text.</summary>
public enum TextInsertion
{
    /// <summary>Both decoders (the published figure: t_text is embedded into the prompt tokens).</summary>
    Both,

    /// <summary>
    /// The semantic-aware decoder alone, which must then be <see cref="SemanticDecoding.Independent"/>; SAM's own decoder stays exactly
    /// SAM's.
    /// </summary>
    SemanticOnly,

    /// <summary>Neither: no text module is built.</summary>
    None,
}

/// <summary>What the text summary token t_text is conditioned on.</summary>
internal enum TextConditioning
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
