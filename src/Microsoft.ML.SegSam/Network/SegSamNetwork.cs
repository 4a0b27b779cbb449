using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// B images, P prompts over all of them, S input side, g = S/16, C decoder width, K categories, N_c presence tokens.

/// <summary>What the two decoders say for each prompt.</summary>
/// <param name="MaskLogits">M_b [P,1+3,4g,4g]: SAM's single mask, then its three hypotheses.</param>
/// <param name="Quality">Predicted IoU of each [P,1+3], unbounded.</param>
/// <param name="SemanticLogits">m_s [P,1,4g,4g].</param>
/// <param name="ClassLogits">c_so [P,K+1]; the last is "no object".</param>
/// <param name="PresenceLogits">c_co [P,N_c,K+1].</param>
/// <param name="SingleMask">Whether the single mask answers, not the hypotheses.</param>
internal sealed record SegSamOutput(
    Tensor MaskLogits, Tensor Quality, Tensor SemanticLogits, Tensor ClassLogits, Tensor PresenceLogits, bool SingleMask)
{
    /// <summary>The masks that may be the answer, m of them, and their predicted IoU: [P,m,4g,4g] and [P,m].</summary>
    public (Tensor Logits, Tensor Quality) Candidates()
    {
        var (first, count) = SingleMask ? (0, 1) : (1, MaskLogits.size(1) - 1);
        return (MaskLogits.narrow(1, first, count), Quality.narrow(1, first, count));
    }

    /// <summary>For each category the largest of its probabilities over the presence tokens: [P,K].</summary>
    public Tensor PresenceScores()
    {
        using var scope = NewDisposeScope();
        return PresenceLogits.softmax(-1).narrow(-1, 0, PresenceLogits.size(-1) - 1).amax([1]).MoveToOuterDisposeScope();
    }

    /// <summary>The candidate with the highest predicted IoU: logits [P,1,4g,4g] and that IoU [P].</summary>
    public (Tensor Logits, Tensor Quality) BestMask()
    {
        using var scope = NewDisposeScope();
        var (logits, qualities) = Candidates();
        var (quality, index) = qualities.max(1);                                                    // [P], [P]
        var where = index.reshape(-1, 1, 1, 1).expand(-1, 1, logits.size(2), logits.size(3));
        return scope.Keep((logits.gather(1, where), quality));
    }
}

/// <summary>SEG-SAM: image and prompts in, binary mask, semantic mask and categories out (method, 4).</summary>
internal sealed class SegSamNetwork : Module
{
    private const long MapsTogether = 1 << 20; // numbers of the prompts' maps that are computed together; our choice, by measurement

    [ComponentName(Name = "image_encoder")] private readonly Module<Tensor, Tensor> _imageEncoder;
    [ComponentName(Name = "prompt_encoder")] private readonly PromptEncoder _promptEncoder;
    [ComponentName(Name = "mask_decoder")] private readonly BinaryDecoder _binaryDecoder;
    [ComponentName(Name = "semantic_decoder")] private readonly SemanticDecoder _semanticDecoder;
    [ComponentName(Name = "class_head")] private readonly Module<Tensor, Tensor, Tensor> _classHead;
    [ComponentName(Name = "text_bank")] private readonly Tensor _textBank;
    [ComponentName(Name = "text_to_vision")] private readonly TextToVision? _textToVision;

    /// <summary>Builds the network with unfilled weights: initialise it or load it.</summary>
    public SegSamNetwork(SegSamConfig config, Layers? make = null) : base(nameof(SegSamNetwork))
    {
        make ??= Layers.Default;
        Config = config;
        _imageEncoder = config.Stages is { } stages ? new TinyVitEncoder(make, config, stages) : new ImageEncoder(make, config);
        _promptEncoder = new(make, config);
        _binaryDecoder = new(make, config);
        _semanticDecoder = new(make, config);
        _classHead = ClassHeads.Create(make, config);
        _textBank = make.Empty(config.CategoryCount, config.TextWidth);
        _textToVision = config.TextInsertion == TextInsertion.None ? null : new(make, config);
        RegisterComponents();
    }

    public SegSamConfig Config { get; }

    /// <summary>An <see cref="Network.ImageEncoder"/> or a <see cref="TinyVitEncoder"/>, as the config says.</summary>
    public Module<Tensor, Tensor> ImageEncoder => _imageEncoder;

    public PromptEncoder PromptEncoder => _promptEncoder;

    public BinaryDecoder BinaryDecoder => _binaryDecoder;

    public SemanticDecoder SemanticDecoder => _semanticDecoder;

    /// <summary>E [K,d_t]: the text vector of each category, fixed; training fills it, files carry it.</summary>
    public Tensor TextBank => _textBank;

    public TextToVision? TextToVision => _textToVision;

    /// <summary>Image embeddings f_v [B,C,g,g] of normalised images [B,3,S,S]: computed once, whatever the number of prompts.</summary>
    public Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        return _imageEncoder.call(images).InFull().MoveToOuterDisposeScope();
    }

    /// <summary>Answers prompts about encoded images.</summary>
    /// <remarks>Without gradients some prompts at a time, so that memory does not grow with their number, and their maps stay in the processor's cache.</remarks>
    public SegSamOutput Decode(Tensor visual, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var (pixels, positions) = (Pixels(visual), Pixels(_promptEncoder.DensePositions())); // [B,g·g,C], [1,g·g,C]
        var text = _textToVision is { ReadsPrompt: false } ? _textToVision.call(_textBank, pixels, positions, null) : null; // [B,1,C]
        var together = is_grad_enabled() ? prompts.Count : Math.Clamp(MapsTogether / (Config.Grid * Config.Grid * Config.Width), 1, prompts.Count);
        var parts = new List<SegSamOutput>();
        for (long first = 0; first < prompts.Count; first += together)
            parts.Add(Decode(pixels, positions, text, prompts.Part(first, Math.Min(together, prompts.Count - first))));

        var (masks, quality, semantic, classes, presence) = scope.Keep((All(part => part.MaskLogits), All(part => part.Quality),
            All(part => part.SemanticLogits), All(part => part.ClassLogits), All(part => part.PresenceLogits)));
        return new(masks, quality, semantic, classes, presence, Config.SingleMask);

        Tensor All(Func<SegSamOutput, Tensor> value) => parts.Count == 1 ? value(parts[0]) : cat([.. parts.Select(value)]);
    }

    private SegSamOutput Decode(Tensor pixels, Tensor positions, Tensor? text, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var (promptTokens, densePrompt) = _promptEncoder.call(prompts);                     // t_p [P,n_p,C], [P,C,g,g]
        var map = pixels.size(0) == 1 ? pixels : pixels.index_select(0, prompts.ImageIndex); // prompts of one image share it until they change it
        map = map.Plus(Pixels(densePrompt));                                                // [P,g·g,C]
        var enriched = AppendText(promptTokens, pixels, positions, text, prompts.ImageIndex); // t_p' = [t_p ; t_text]
        var forBinary = Config.TextInsertion == TextInsertion.Both ? enriched : promptTokens;
        var isShared = Config.SemanticDecoding == SemanticDecoding.Shared;
        var (masks, quality, hidden, upscaled) =                                            // M_b
            _binaryDecoder.call(map, positions, isShared ? _semanticDecoder.WithPrompt(enriched) : forBinary);
        var (semantic, objectToken, presenceTokens) =                                       // m_s, h_so, h_co
            isShared ? _semanticDecoder.Read(hidden, upscaled) : _semanticDecoder.call(map, positions, _semanticDecoder.WithPrompt(enriched));
        var classes = _classHead.call(objectToken, _textBank);               // c_so [P,K+1]
        var presence = _classHead.call(presenceTokens, _textBank);           // c_co [P,N_c,K+1]

        var answer = (masks.InFull(), quality.InFull(), semantic.InFull(), classes.InFull(), presence.InFull());
        (masks, quality, semantic, classes, presence) = scope.Keep(answer);
        return new(masks, quality, semantic, classes, presence, Config.SingleMask);
    }

    /// <summary>[B,C,h,w] → [B,h·w,C], each pixel's channels side by side: what the decoders compute with.</summary>
    public static Tensor Pixels(Tensor map) => map.flatten(2).transpose(1, 2).contiguous();

    // t_text is one token per image, shared by its prompts, unless it reads the prompt too.
    private Tensor AppendText(Tensor promptTokens, Tensor pixels, Tensor positions, Tensor? text, Tensor imageIndex)
    {
        if (_textToVision is null)
            return promptTokens;
        var ofPrompts = text is null
            ? _textToVision.call(_textBank, pixels.index_select(0, imageIndex), positions, promptTokens)
            : text.index_select(0, imageIndex);                                             // [P,1,C]
        return cat([promptTokens, ofPrompts], 1);
    }

    /// <summary>Fills every weight with starting values, the same for the same seed on every machine.</summary>
    /// <param name="loaded">Names of weights that have their values already: parts that hold one of them are left alone.</param>
    public SegSamNetwork Initialize(long seed, IReadOnlyCollection<string>? loaded = null)
    {
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (name, part) in named_modules().Reverse())                                     // children first: a parent may refine them
        {
            if (part is IInitialized fresh && loaded?.Any(weight => weight.StartsWith(name + ".", StringComparison.Ordinal)) is not true)
                fresh.Initialize(generator);
        }

        _textBank.Fill(bank => bank.fill_(0));
        return this;
    }
}
