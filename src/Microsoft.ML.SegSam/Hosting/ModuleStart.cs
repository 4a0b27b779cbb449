using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>What must be in place before TorchSharp and ML.NET look for native files and for this assembly.</summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must precede any use of the library; costs two event handlers and one call.")]
    internal static void Run()
    {
        TorchEnvironment.Prepare();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += TorchNatives.ResolveShim;

        // ML.NET finds the class that a saved model names through Assembly.Load, which asks the default context. Where a host has
        // loaded this library into another one (a notebook does, by #r "PATH.dll"), loading would fail: no such file.
        var own = typeof(ModuleStart).Assembly;
        if (AssemblyLoadContext.GetLoadContext(own) != AssemblyLoadContext.Default)
            AssemblyLoadContext.Default.Resolving += (_, name) => name.Name == own.GetName().Name ? own : null;
    }
}
