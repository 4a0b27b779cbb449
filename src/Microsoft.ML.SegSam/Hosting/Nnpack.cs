using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>
/// libtorch's NNPACK, a library for convolutions that knows few processors. On one that it does not know, libtorch asks it again at each
/// convolution and each time writes "Could not initialize NNPACK!" to the console: thousands of lines in a training.
/// </summary>
internal static unsafe class Nnpack
{
    private const string Library = "libtorch_cpu.so";
    private const string InitializeName = "nnp_initialize";
    private const string ContextName = "_ZN2at13globalContextEv";
    private const string SwitchName = "_ZN2at7Context20setUserEnabledNNPACKEb";

    /// <summary>
    /// Switches NNPACK off if it cannot run here; libtorch must be loaded. Nothing is changed where libtorch has no such switch.
    /// </summary>
    public static void SwitchOffWhereUnsupported()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad(Library, out var library) // the one that is loaded, by its name
            && NativeLibrary.TryGetExport(library, InitializeName, out var initialize)
            && NativeLibrary.TryGetExport(library, ContextName, out var context)
            && NativeLibrary.TryGetExport(library, SwitchName, out var enable)
            && ((delegate* unmanaged<int>)initialize)() != 0)
        {
            ((delegate* unmanaged<nint, byte, void>)enable)(((delegate* unmanaged<nint>)context)(), 0);
        }
    }
}
