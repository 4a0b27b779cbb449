using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Makes TorchSharp's native side load, or says in plain words why it does not.</summary>
/// <remarks>
/// <para>
/// The shim of TorchSharp 0.107 needs the symbol version GLIBCXX_3.4.32 (GCC 13), which Debian 12 and Ubuntu 22.04 lack. No
/// relocation refers to it, so only the loader's version check stands in the way. When the plain load has failed for that
/// reason, and only then, a private copy of the shim with that one need marked weak is loaded instead. No file of the
/// package cache or of the application is changed.
/// </para>
/// </remarks>
internal static class TorchNatives
{
    private const string ShimName = "LibTorchSharp";
    private const string ShimFile = "libLibTorchSharp.so";
    private const string UnmetVersion = "GLIBCXX_3.4.32";

    private static readonly Lock Gate = new();
    private static readonly Lazy<Exception?> Failure = new(Initialize);
    private static nint _shim;
    private static string? _loaderMessage;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must precede TorchSharp's first use by any consumer; costs one event handler and one call.")]
    internal static void Register()
    {
        TorchEnvironment.Prepare();
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += ResolveShim;
    }

    /// <summary>Loads TorchSharp's native side once per process.</summary>
    /// <exception cref="InvalidOperationException">It cannot be loaded; the message says what is missing and what to install.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
            throw new InvalidOperationException(Explain(failure), failure);
    }

    private static Exception? Initialize()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception failure) when (failure is NotSupportedException or TypeInitializationException or DllNotFoundException
                                            or EntryPointNotFoundException or BadImageFormatException)
        {
            return failure;
        }
    }

    // Raised by the runtime only after its own probing has failed.
    private static nint ResolveShim(Assembly assembly, string name)
    {
        if (name != ShimName || !OperatingSystem.IsLinux())
            return 0;
        lock (Gate)
            return _shim != 0 ? _shim : _shim = LoadShim();
    }

    private static nint LoadShim()
    {
        var path = SearchFolders().Select(folder => Path.Combine(folder, ShimFile)).FirstOrDefault(File.Exists);
        if (path is null)
            return 0;
        try
        {
            foreach (var dependency in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
                NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(path)!, dependency));
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException failure) when (failure.Message.Contains(UnmetVersion, StringComparison.Ordinal))
        {
            return LoadWeakened(path);
        }
        catch (DllNotFoundException failure)
        {
            _loaderMessage = failure.Message;
            return 0;
        }
    }

    private static nint LoadWeakened(string path)
    {
        var library = File.ReadAllBytes(path);
        if (ElfVersionNeeds.MarkWeak(library, UnmetVersion) == 0)
            return 0;
        var folder = Directory.CreateTempSubdirectory("segsam-"); // readable by this user only
        try
        {
            var copy = Path.Combine(folder.FullName, ShimFile);
            File.WriteAllBytes(copy, library);
            return NativeLibrary.Load(copy);
        }
        finally
        {
            folder.Delete(recursive: true); // the mapping stays
        }
    }

    private static IEnumerable<string> SearchFolders()
    {
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        var rid = $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant();
        return [.. listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), AppContext.BaseDirectory,
                Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native")];
    }

    private static string Explain(Exception failure)
    {
        var package = OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
            : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";
        var version = typeof(torch).Assembly.GetName().Version;
        var reason = _loaderMessage ?? failure.GetBaseException().Message;
        return $"""
            TorchSharp {version} found no usable native libtorch on {RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier}).
            The loader said: {reason}
            Add exactly one backend package to the program (not to a library): '{package}' version 2.10.0 for the CPU, or
            'TorchSharp-cuda-linux' / 'TorchSharp-cuda-windows' version 0.107.0 for NVIDIA GPUs. On Linux, libtorch also needs
            glibc 2.34 or later and libstdc++ (package 'libstdc++6'); Alpine (musl) is not supported.
            """;
    }
}
