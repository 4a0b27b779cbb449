namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Explains where ONNX Runtime's native library does not load.</summary>
internal static class OnnxNatives
{
    /// <exception cref="DllNotFoundException">There is none, or another version than the one that belongs to the library.</exception>
    public static T Use<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception failure) when (IsLoadFailure(failure))
        {
            throw new DllNotFoundException("There is no usable native ONNX Runtime: add the package Microsoft.ML.OnnxRuntime to your "
                + $"program. The system's loader reported: {failure.GetBaseException().Message}", failure);
        }
    }

    // The native library is missing, or is another version.
    private static bool IsLoadFailure(Exception failure) =>
        failure is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException;
}
