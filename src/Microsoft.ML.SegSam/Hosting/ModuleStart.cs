using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Prepares the process before TorchSharp and ML.NET look for native files and for this assembly.</summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must precede any use of the library; costs two event handlers and one call.")]
    internal static void Run()
    {
        TorchEnvironment.Prepare();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += TorchNatives.ResolveShim;

        // ML.NET finds the class named in a saved model through Assembly.Load, which uses the default context. If a host has loaded this
        // library into another context (as a notebook does with #r "PATH.dll"), loading would fail because there is no such file.
        var own = typeof(ModuleStart).Assembly;
        if (AssemblyLoadContext.GetLoadContext(own) != AssemblyLoadContext.Default)
            AssemblyLoadContext.Default.Resolving += (_, name) => name.Name == own.GetName().Name ? own : null;
    }
}
