using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Comparisons of one group with the tensors of one golden file in one precision.</summary>
internal sealed record Comparison(string Group, SafetensorsFile File, Precision Precision)
{
    /// <summary>Within an absolute error; nothing is compared where the file has no such tensor in this precision.</summary>
    /// <param name="what">A line of docs/parity.md.</param>
    /// <param name="tensor">The name without the precision's suffix.</param>
    /// <param name="allowed">In float32.</param>
    public void Check(string what, string tensor, Tensor actual, double allowed)
    {
        if (Find(tensor) is { } expected)
            Parity.Check(Group, what, Precision, tensor, expected, actual, Precision.Allow(allowed));
    }

    /// <summary>As <see cref="Check"/>, relative to the largest number expected.</summary>
    public void CheckRelative(string what, string tensor, Tensor actual, double allowed)
    {
        if (Find(tensor) is { } expected)
            Parity.CheckRelative(Group, what + " (relative)", Precision, tensor, expected, actual, Precision.Allow(allowed));
    }

    private Tensor? Find(string tensor) => File.Has(tensor + Precision.Suffix) ? File.Tensor(tensor + Precision.Suffix) : null;
}
