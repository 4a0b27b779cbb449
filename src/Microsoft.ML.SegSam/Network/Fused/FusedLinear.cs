using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>A linear layer of few rows, in float32.</summary>
internal sealed unsafe class FusedLinear
{
    private readonly PackedMatrix<float, Singles> _weight;
    private readonly float* _bias;

    /// <param name="name">Of the layer.</param>
    /// <param name="scale">What its results are multiplied with.</param>
    public FusedLinear(AlignedMemory memory, ModuleWeights weights, string name, double scale = 1)
    {
        var bias = Scaled(weights.Of(name + ".bias"), scale);
        var weight = Scaled(weights.Of(name + ".weight"), scale);
        _weight = new(memory, weight, bias.Length, weight.Length / bias.Length);
        _bias = memory.Copy(bias);
    }

    public int Outputs => _weight.Columns;

    public float* Bias => _bias;

    public void Run(int rows, float* from, int strideFrom, float* to) => Run<Identity>(rows, from, strideFrom, to);

    /// <param name="to">[rows,outputs].</param>
    public void Run<TActivation>(int rows, float* from, int strideFrom, float* to)
        where TActivation : IActivation
    {
        _weight.Multiply(rows, from, strideFrom, to, Outputs);
        Lanes.Over(Outputs, new AddBias<float, Singles, TActivation>(rows, to, Outputs, _bias, to, Outputs));
    }

    /// <summary>The result added to what is there.</summary>
    /// <param name="sums">Room for [rows,outputs].</param>
    public void AddTo(int rows, float* from, int strideFrom, float* sums, float* to)
    {
        _weight.Multiply(rows, from, strideFrom, sums, Outputs);
        Lanes.Over(Outputs, new AddResidual<Identity>(rows, sums, Outputs, _bias, to, Outputs, to, Outputs));
    }

    private static float[] Scaled(float[] numbers, double scale) =>
        scale == 1 ? numbers : Array.ConvertAll(numbers, number => (float)(number * scale));
}

/// <summary>Layer normalization of few rows, in place.</summary>
internal sealed unsafe class FusedNorm
{
    private readonly float* _weight, _bias;
    private readonly float _epsilon;
    private readonly int _width;

    public FusedNorm(AlignedMemory memory, ModuleWeights weights, string name, double epsilon)
    {
        var weight = weights.Of(name + ".weight");
        (_width, _epsilon) = (weight.Length, (float)epsilon);
        _weight = memory.Copy(weight);
        _bias = memory.Copy(weights.Of(name + ".bias"));
    }

    public void Run(int rows, float* numbers) =>
        RowSums.Normalize<float, Singles>(rows, _width, numbers, _width, _weight, _bias, _epsilon, numbers, _width);
}
