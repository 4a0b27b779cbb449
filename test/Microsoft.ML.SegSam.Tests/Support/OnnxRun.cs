using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using Floats = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Computes an ONNX file's output with ONNX Runtime.</summary>
internal static class OnnxRun
{
    /// <param name="file">The bytes of an ONNX file with one input.</param>
    /// <param name="output">Name of an output.</param>
    /// <param name="images">[B,3,S,S]; one at a time, for files that take one.</param>
    public static Tensor Output(byte[] file, string output, Tensor images)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(file, options);
        return cat([.. images.split(1).Select(One)]);

        Tensor One(Tensor image)
        {
            var input = new Floats(image.contiguous().data<float>().ToArray(), [.. image.shape.Select(side => (int)side)]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames.Single(), input)], [output]);
            var found = (Floats)results.Single().Value;
            return tensor(found.Buffer.ToArray(), [.. found.Dimensions.ToArray().Select(side => (long)side)]);
        }
    }
}
