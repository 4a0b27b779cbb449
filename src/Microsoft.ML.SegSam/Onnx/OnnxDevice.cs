using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>Opens models in ONNX Runtime, or explains why it does not.</summary>
internal static class OnnxDevice
{
    /// <summary>The GPU that <see cref="MLContext.GpuDeviceId"/> names, else the CPU.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no such GPU and <see cref="MLContext.FallbackToCpu"/> is false.
    /// </exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public static SessionOptions Options(IHostEnvironment environment)
    {
        var options = OnnxNatives.Use(() => new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL });
        if (environment is not IHostEnvironmentInternal { GpuDeviceId: { } id } settings)
            return options;
        try
        {
            options.AppendExecutionProvider_CUDA(id);
        }
        catch (Exception failure) when (failure is OnnxRuntimeException or EntryPointNotFoundException)
        {
            if (!settings.FallbackToCpu)
            {
                options.Dispose();
                throw new InvalidOperationException(
                    FormattableString.Invariant($"MLContext.GpuDeviceId is {id}, which ONNX Runtime cannot use: {failure.Message} ")
                    + "Reference Microsoft.ML.OnnxRuntime.Gpu instead of Microsoft.ML.OnnxRuntime on a machine with an NVIDIA driver, use "
                    + "the index of a usable device (they count from 0), set GpuDeviceId to null for the CPU, or set FallbackToCpu to "
                    + "true.",
                    failure);
            }
        }

        return options;
    }

    /// <exception cref="InvalidDataException">The file is not an ONNX model, or is damaged.</exception>
    public static InferenceSession Open(string path, SessionOptions options)
    {
        try
        {
            return OnnxNatives.Use(() => new InferenceSession(path, options));
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"'{path}' cannot be read as an ONNX model: {failure.Message}", failure);
        }
    }
}
