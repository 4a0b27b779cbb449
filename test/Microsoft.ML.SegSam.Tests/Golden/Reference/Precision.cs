using Microsoft.ML.SegSam.Network.Encoder;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>A precision that golden figures were computed in, and how the names of its tensors end.</summary>
internal sealed record Precision(ScalarType Type, string Suffix)
{
    public static Precision Double { get; } = new(ScalarType.Float64, "_f64");

    public static Precision Single { get; } = new(ScalarType.Float32, "");

    public static IReadOnlyList<Precision> Both { get; } = [Double, Single];

    /// <summary>The error allowed: 1e-8 in float64 everywhere, in float32 what is measured and allowed for the stage.</summary>
    public double Allow(double single) => this == Double ? 1e-8 : single;
}

/// <summary>
/// Largest absolute error in float32: the table "Tolerances" in the golden folder's README, unless a comment says otherwise.
/// </summary>
internal static class Allowed
{
    public const double Exact = 0;
    public const double Prompt = 1e-5;
    public const double Patches = 2e-5;
    public const double Block = 2e-4;
    public const double Neck = 3e-5;
    public const double Quality = 2e-5;
    public const double LossRelative = 1e-5;
    public const double LogitGradient = 1e-7;
    public const double GradientRelative = 1e-4;        // to the tensor's largest
    public const double StepLossRelative = 2e-5;
    public const double FastStepLossRelative = 1e-3;    // learning rate 3e-3
    public const double Rounding = 1e-5;                // our choice, of gradients that should be 0
    public const double StepWeight = 1e-6;
    public const double Input = 1e-5;                   // our choice, of normalized pixels
    public const double Coordinate = 1e-4;              // our choice, in pixels
    public const double SureLogit = 1e-3;               // masks must agree beyond this distance from the threshold
    public const double Onnx = 1e-4;                    // of ONNX Runtime from TorchSharp

    /// <summary>Of mask logits, low-resolution or at the original size.</summary>
    public static double Logits(GoldenModel model) => model.Config.Adapter == SegSamAdapter.None ? 4e-4 : 2e-4;
}
