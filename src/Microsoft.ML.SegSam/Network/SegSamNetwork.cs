using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// B images, P prompts over all of them, S input side, g = S/16, C decoder width, K categories, N_c presence tokens.
// Sums are written a.Plus(b), not a + b: Arithmetic says why.

/// <summary>SEG-SAM: image and prompts in, binary mask, semantic mask and categories out (method, 4).</summary>
internal sealed class SegSamNetwork : Module
{
    [ComponentName(Name = "image_encoder")] private readonly Module<Tensor, Tensor> _imageEncoder;
    [ComponentName(Name = "prompt_encoder")] private readonly PromptEncoder _promptEncoder;
    [ComponentName(Name = "mask_decoder")] private readonly BinaryDecoder _binaryDecoder;
    [ComponentName(Name = "semantic_decoder")] private readonly SemanticDecoder _semanticDecoder;
    [ComponentName(Name = "class_head")] private readonly Module<Tensor, Tensor, Tensor> _classHead;
    [ComponentName(Name = "text_bank")] private readonly Tensor _textBank;
    [ComponentName(Name = "text_to_vision")] private readonly TextToVision? _textToVision;

    /// <summary>Builds the network with unfilled weights: initialize it or load it.</summary>
    public SegSamNetwork(SegSamConfig config, LayerFactory? make = null) : base(nameof(SegSamNetwork))
    {
        make ??= LayerFactory.Default;
        Config = config;
        _imageEncoder = ImageEncoders.Create(make, config.ForEncoder());
        _promptEncoder = new(make, config);
        _binaryDecoder = new(make, config);
        _semanticDecoder = SemanticDecoder.Create(make, config);
        _classHead = ClassHeads.Create(make, config);
        _textBank = make.Empty(config.CategoryCount, config.TextWidth);
        _textToVision = config.TextInsertion == TextInsertion.None ? null : new(make, config);
        RegisterComponents();
    }

    public SegSamConfig Config { get; }

    /// <summary>Of the kind that the config says.</summary>
    public Module<Tensor, Tensor> ImageEncoder => _imageEncoder;

    public PromptEncoder PromptEncoder => _promptEncoder;

    public BinaryDecoder BinaryDecoder => _binaryDecoder;

    /// <summary>E [K,d_t]: the text vector of each category, fixed; training fills it, files carry it.</summary>
    public Tensor TextBank => _textBank;

    public TextToVision? TextToVision => _textToVision;

    /// <summary>
    /// Image embeddings f_v of normalized images [B,3,S,S]: [B,C,g,g], or [B,4C,g,g] with the encoder's fine maps (<see cref="FineMaps"/>);
    /// computed once, whatever the number of prompts.
    /// </summary>
    public Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        return _imageEncoder.call(images).ToFloat32().MoveToOuterDisposeScope();
    }

    /// <summary>Predicts masks and categories for prompts about encoded images, all at once: see <see cref="ChunkedDecoding"/>.</summary>
    public SegSamOutput Decode(Tensor visual, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        return Decode(Prepare(visual), prompts).Select(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>Lays out encoded images as the decoders read them.</summary>
    public ImageContext Prepare(Tensor visual)
    {
        using var scope = NewDisposeScope();
        var all = Pixels(visual);                                                             // [B,g·g,C] or [B,g·g,4C]
        var fine = Config.FineMaps ? FineMaps.Unpack(all, Config.Width) : null;
        var pixels = fine is null ? all : all.narrow(-1, 0, Config.Width);                    // [B,g·g,C]
        var positions = Pixels(_promptEncoder.DensePositions());                              // [1,g·g,C]
        var text = _textToVision is { ReadsPrompt: false } ? _textToVision.call(_textBank, pixels, positions, null) : null; // [B,1,C]
        scope.Keep((pixels, positions, text, fine?.Twofold, fine?.Fourfold));
        return new(pixels, positions, text, fine);
    }

    /// <inheritdoc cref="Decode(Tensor, PromptTensors)"/>
    public SegSamOutput Decode(ImageContext images, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        // 1. and 2. prompts and text
        var (map, context, forBinary, forSemantic) = Read(images, prompts);

        // 3. SAM's masks M_b and their predicted IoU
        var (masks, predictedIoUs, tokens, upscaled) =
            _binaryDecoder.call(map, images.Positions, _semanticDecoder.TokensInBinaryDecoder(forBinary), context);

        // 4. the semantic mask m_s, h_so and h_co
        var (semantic, objectToken, presenceTokens) =
            _semanticDecoder.call(map, images.Positions, forSemantic, (tokens, upscaled, context));

        // 5. categories
        var classes = _classHead.call(objectToken, _textBank);                                // c_so [P,K+1]
        var presence = _classHead.call(presenceTokens, _textBank);                            // c_co [P,N_c,K+1]

        return new SegSamOutput(masks, predictedIoUs, semantic, classes, presence, Config.PredictsSingleMask(prompts.IsSinglePoint))
            .Select(tensor => tensor.ToFloat32().MoveToOuterDisposeScope());
    }

    /// <summary>SAM's candidate masks alone, by the binary decoder: [P,m,4g,4g], with their predicted IoU [P,m].</summary>
    public (Tensor Logits, Tensor PredictedIoUs) DecodeCandidates(ImageContext images, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var (map, context, tokens, _) = Read(images, prompts);
        var (masks, predictedIoUs, _, _) =
            _binaryDecoder.call(map, images.Positions, _semanticDecoder.TokensInBinaryDecoder(tokens), context);
        var (first, count) = SegSamOutput.CandidatesAmong((int)masks.size(1), Config.PredictsSingleMask(prompts.IsSinglePoint));
        return scope.Keep((masks.narrow(1, first, count).ToFloat32(), predictedIoUs.narrow(1, first, count).ToFloat32()));
    }

    private (Tensor Map, MaskContext Context, Tensor ForBinary, Tensor ForSemantic) Read(ImageContext images, PromptTensors prompts)
    {
        // 1. prompts: tokens t_p, and a map that joins the image's
        var (promptTokens, densePrompt, prior) = _promptEncoder.call(prompts);                // [P,n_p,C], [P,C,g,g]
        var map = images.PixelsOf(prompts).Plus(Pixels(densePrompt));                         // [P,g·g,C]
        var context = new MaskContext(images.Fine?.Of(prompts.ImageIndex), prior);

        // 2. text: t_p' = [t_p ; t_text]
        var (forBinary, forSemantic) = AddText(promptTokens, images, prompts.ImageIndex);     // [P,n_p+1,C] or without it
        return (map, context, forBinary, forSemantic);
    }

    /// <summary>[B,C,h,w] → [B,h·w,C], each pixel's channels side by side: what the decoders compute with.</summary>
    public static Tensor Pixels(Tensor map) => map.flatten(2).transpose(1, 2).contiguous();

    // t_text is one token per image, shared by its prompts, unless it reads the prompt too.
    private (Tensor ForBinary, Tensor ForSemantic) AddText(Tensor promptTokens, ImageContext images, Tensor imageIndex)
    {
        if (_textToVision is null)
            return (promptTokens, promptTokens);
        var text = images.Text is null
            ? _textToVision.call(_textBank, images.Pixels.index_select(0, imageIndex), images.Positions, promptTokens)
            : images.Text.index_select(0, imageIndex);                                        // [P,1,C]
        var withText = cat([promptTokens, text], 1);
        return (Config.TextInsertion == TextInsertion.Both ? withText : promptTokens, withText);
    }

    /// <summary>Whether a weight belongs to the image encoder and not to its necks, which lead to the decoders' width.</summary>
    public static bool IsOfStages(string weight) => weight.StartsWith("image_encoder.", StringComparison.Ordinal)
        && !((string[])["neck.", "fine.", "pyramid."]).Any(neck => weight.StartsWith("image_encoder." + neck, StringComparison.Ordinal));

    /// <summary>Fills every weight with starting values, the same for the same seed on every machine.</summary>
    /// <param name="loaded">Names of weights that have their values already: parts that hold one of them are left alone.</param>
    public SegSamNetwork Initialize(long seed, IReadOnlyCollection<string>? loaded = null)
    {
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (name, part) in named_modules().Reverse())                                // children first: a parent may refine them
        {
            if (part is IInitialized layer && loaded?.Any(weight => weight.StartsWith(name + ".", StringComparison.Ordinal)) is not true)
                layer.Initialize(generator);
        }

        _textBank.FillWith(0);
        return this;
    }
}

/// <summary>Encoded images as the decoders read them: what all prompts about them share.</summary>
/// <param name="Pixels">f_v [B,g·g,C].</param>
/// <param name="Positions">Position code of the map, [1,g·g,C].</param>
/// <param name="Text">t_text [B,1,C]; null where each prompt has its own, or there is none.</param>
/// <param name="Fine">The encoder's fine maps; null for an encoder without.</param>
internal sealed record ImageContext(Tensor Pixels, Tensor Positions, Tensor? Text, FineMaps? Fine) : IDisposable
{
    private IEnumerable<Tensor> Tensors => new[] { Pixels, Positions, Text, Fine?.Twofold, Fine?.Fourfold }.OfType<Tensor>();

    /// <summary>Those of several images, in their order, as one.</summary>
    /// <param name="images">At least one; what is made of them while they are enumerated is disposed of here.</param>
    public static ImageContext Join(IEnumerable<ImageContext> images)
    {
        using var scope = NewDisposeScope();
        var all = images.ToList();
        var (pixels, positions, text) = (Of(image => image.Pixels)!, all[0].Positions, Of(image => image.Text));
        var fine = all[0].Fine is null ? null : new FineMaps(Of(image => image.Fine!.Twofold)!, Of(image => image.Fine!.Fourfold)!);
        scope.Keep((pixels, positions, text, fine?.Twofold, fine?.Fourfold));
        return new(pixels, positions, text, fine);

        Tensor? Of(Func<ImageContext, Tensor?> part) => part(all[0]) is null ? null : cat([.. all.Select(image => part(image)!)]);
    }

    /// <summary>The same, free of the scope in which it was made: for who disposes it.</summary>
    public ImageContext Detached()
    {
        foreach (var tensor in Tensors)
            tensor.DetachFromDisposeScope();
        return this;
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    /// <summary>f_v of each prompt's image [P,g·g,C]; with batch 1 where all prompts are about one image.</summary>
    public Tensor PixelsOf(PromptTensors prompts) => Pixels.size(0) == 1 ? Pixels : Pixels.index_select(0, prompts.ImageIndex);
}
