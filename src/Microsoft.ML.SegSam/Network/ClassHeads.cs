using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Class logits [..,K+1] of tokens [..,C]; the last is "no object". One head serves t_so and t_co.</summary>
internal static class ClassHeads
{
    public static Module<Tensor, Tensor, Tensor> Create(LayerFactory make, SegSamConfig config) => config.ClassHead switch
    {
        ClassHead.TextSimilarity => new TextSimilarityHead(make, config),
        _ => new PerceptronHead(make, config),
    };
}

/// <summary>A perceptron C-C-C-(K+1); it does not look at the texts.</summary>
internal sealed class PerceptronHead : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "mlp")] private readonly Perceptron _perceptron;

    public PerceptronHead(LayerFactory make, SegSamConfig config) : base(nameof(PerceptronHead))
    {
        _perceptron = new(make, config.Width, config.Width, config.CategoryCount + 1, depth: 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens, Tensor textBank) => _perceptron.call(tokens);
}

/// <summary>Cosine of each token with each category's text, times a learned scale; "no object" is the zero vector.</summary>
/// <remarks>
/// After Open-Vocabulary SAM's classifier. Our choices, by the ablation: the token also bypasses its perceptron; each category has a
/// learned offset from its projected text, at first zero, which separates texts that are nearly equal (left and right kidney); the scale
/// starts at 30, not 100.
/// </remarks>
internal sealed class TextSimilarityHead : ScopedModule<Tensor, Tensor, Tensor>, IInitialized
{
    private const double StartingScale = 30;
    [ComponentName(Name = "mlp")] private readonly Perceptron _perceptron;
    [ComponentName(Name = "text_projection")] private readonly LinearLayer _textProjection;
    [ComponentName(Name = "text_offset")] private readonly Parameter _textOffset;
    [ComponentName(Name = "log_scale")] private readonly Parameter _logScale;

    public TextSimilarityHead(LayerFactory make, SegSamConfig config) : base(nameof(TextSimilarityHead))
    {
        _perceptron = new(make, config.Width, config.Width, config.Width, depth: 3);
        _textProjection = make.Linear(config.TextWidth, config.Width);
        _textOffset = make.Parameter(config.CategoryCount, config.Width);
        _logScale = make.Parameter(1);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor tokens, Tensor textBank)                                       // [..,C] [K,d_t]
    {
        var token = functional.normalize(_perceptron.call(tokens).Plus(tokens).ToFloat32(), dim: -1);
        var text = functional.normalize(_textProjection.call(textBank).ToFloat32().Plus(_textOffset), dim: -1); // [K,C]
        var logits = token.matmul(text.t()) * _logScale.exp();                                              // [..,K]
        return cat([logits, zeros_like(logits.narrow(-1, 0, 1))], -1);                                      // [..,K+1]
    }

    public void Initialize(Generator generator)
    {
        _textOffset.FillWith(0);
        _logScale.FillWith(Math.Log(StartingScale));
    }
}

/// <summary>How tokens of the semantic-aware decoder become class scores.</summary>
public enum ClassHead
{
    /// <summary>A three-layer perceptron with one output for each category and one for "no object".</summary>
    Mlp,

    /// <summary>Cosine similarity with the projected category texts; the zero vector stands for "no object".</summary>
    TextSimilarity,
}
