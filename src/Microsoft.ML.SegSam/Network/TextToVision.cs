using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// B images, N category texts, d_t text width, C decoder width, g = S/16. Method, 4.4.

/// <summary>
/// Text-to-vision semantic enhancement: every category text gathers evidence from the image, and a summary token pools over the
/// texts that the image supports. The result t_text joins the prompt tokens. (Composition is our choice.)
/// </summary>
internal sealed class TextToVision : ScopedModule<Tensor, Tensor, Tensor, Tensor?, Tensor>, IInitialized
{
    [ComponentName(Name = "text_projection")] private readonly LinearLayer _textProjection;      // W_t
    [ComponentName(Name = "text_norm")] private readonly NormLayer _textNorm;
    [ComponentName(Name = "text_to_image")] private readonly Attention _textToImage;
    [ComponentName(Name = "evidence_norm")] private readonly NormLayer _evidenceNorm;
    [ComponentName(Name = "summary_token")] private readonly Parameter _summary;            // s
    [ComponentName(Name = "image_projection")] private readonly LinearLayer _imageProjection;    // W_g
    [ComponentName(Name = "prompt_projection")] private readonly LinearLayer? _promptProjection; // W_p
    [ComponentName(Name = "summary_to_text")] private readonly Attention _summaryToText;
    [ComponentName(Name = "summary_norm")] private readonly NormLayer _summaryNorm;
    [ComponentName(Name = "mlp")] private readonly MlpBlock _mlp;
    [ComponentName(Name = "output_norm")] private readonly NormLayer _outputNorm;
    [ComponentName(Name = "layer_scale")] private readonly Parameter? _layerScale;          // gamma
    private readonly double _layerScaleStart;

    public TextToVision(LayerFactory make, SegSamConfig config) : base(nameof(TextToVision))
    {
        var width = config.Width;
        _textProjection = make.Linear(config.TextWidth, width);
        _textNorm = make.Norm(width, config.DecoderEpsilon);
        _textToImage = new(make, width, config.DecoderHeads, config.AttentionDownsample);
        _evidenceNorm = make.Norm(width, config.DecoderEpsilon);
        _summary = make.Parameter(1, width);
        _imageProjection = make.Linear(width, width);
        _promptProjection = config.TextConditioning == TextConditioning.ImageAndPrompt ? make.Linear(width, width) : null;
        _summaryToText = new(make, width, config.DecoderHeads, config.AttentionDownsample);
        _summaryNorm = make.Norm(width, config.DecoderEpsilon);
        _mlp = new(make, width, config.TextMlpWidth, x => functional.relu(x));
        _outputNorm = make.Norm(width, config.DecoderEpsilon);
        _layerScale = config.TextLayerScale is null ? null : make.Parameter(width);
        _layerScaleStart = config.TextLayerScale ?? 1;
        RegisterComponents();
    }

    /// <summary>Whether t_text differs between the prompts of one image.</summary>
    public bool ReadsPrompt => _promptProjection is not null;

    /// <param name="textBank">E [N,d_t], one row for each category.</param>
    /// <param name="pixels">f_v as <see cref="SegSamNetwork.Pixels"/> lays it out, V [B,g·g,C].</param>
    /// <param name="positions">Position code of the map, likewise [1,g·g,C].</param>
    /// <param name="promptTokens">t_p [B,n,C], read only when <see cref="ReadsPrompt"/> (then B counts prompts).</param>
    /// <returns>t_text [B,1,C].</returns>
    protected override Tensor Compute(Tensor textBank, Tensor pixels, Tensor positions, Tensor? promptTokens)
    {
        // 1. each category text gathers evidence from the image
        var texts = _textNorm.call(_textProjection.call(textBank)).expand(pixels.size(0), -1, -1);    // T [B,N,C]
        var evidence = _evidenceNorm.call(texts.Plus(_textToImage.call(texts, pixels.Plus(positions), pixels)));

        // 2. a summary token, conditioned on the image (and the prompt), pools over the texts
        var query = _imageProjection.call(pixels.mean([1], keepdim: true)).Plus(_summary);             // q0 [B,1,C]
        if (_promptProjection is not null && promptTokens is not null && promptTokens.size(1) > 0)
            query = query.Plus(_promptProjection.call(promptTokens.mean([1], keepdim: true)));
        var summary = _summaryNorm.call(query.Plus(_summaryToText.call(query, evidence, evidence)));   // u [B,1,C]

        // 3. and becomes t_text
        var text = _outputNorm.call(summary.Plus(_mlp.call(summary)));                                 // t_text [B,1,C]
        return _layerScale is null ? text : text * _layerScale;
    }

    public void Initialize(Generator generator)
    {
        _summary.Fill(summary => summary.normal_(0, 1, generator));
        _layerScale?.FillWith(_layerScaleStart);
    }
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
