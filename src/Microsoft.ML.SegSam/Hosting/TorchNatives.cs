using System.IO.Compression;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Loads TorchSharp's native libraries, or explains why they do not load.</summary>
/// <remarks>
/// <para>
/// The shim of TorchSharp 0.107 needs the symbol version GLIBCXX_3.4.32 (GCC 13), which Debian 12 and Ubuntu 22.04 lack. No
/// relocation refers to it, so only the loader's version check fails. If, and only if, the plain load has failed for that
/// reason, a private copy of the shim with that one need marked weak is loaded instead. No file of the package cache or of
/// the application is changed.
/// </para>
/// <para>
/// A notebook loads TorchSharp from NuGet's package cache, where the shim and libtorch are in two packages. TorchSharp itself would then
/// copy libtorch, which is large, next to its own assembly.
/// </para>
/// </remarks>
internal static class TorchNatives
{
    private const string ShimName = "LibTorchSharp";
    private const string ShimFile = "libLibTorchSharp.so";
    private const string UnmetVersion = "GLIBCXX_3.4.32";
    internal const string LibTorchVersion = "2.10.0"; // belongs to the TorchSharp version that the library is built with

    private static readonly string[] LibTorchFiles = ["libc10.so", "libtorch_cpu.so", "libtorch.so"]; // each needs the ones before it
    private static readonly Lock Gate = new();
    private static readonly Lazy<Exception?> Failure = new(Initialize);
    private static readonly Lazy<Task<Exception?>> Loading = new(Begin); // once, whoever asks
    private static nint _shim;
    private static string? _loaderMessage;

    /// <summary>Loads TorchSharp's native libraries once per process.</summary>
    /// <exception cref="InvalidOperationException">They cannot be loaded; the message says what is missing and what to install.</exception>
    public static void EnsureLoaded()
    {
        if (Failure.Value is { } failure)
            throw new InvalidOperationException(Explain(failure), failure);
    }

    /// <summary>Loads them on a thread of its own, while the caller reads a model's description; fails silently.</summary>
    /// <remarks>
    /// The C library loads one library at a time, and libtorch takes long: what the caller needs, to read a zip, is loaded before.
    /// </remarks>
    public static void BeginLoading() => _ = Loading.Value;

    private static Task<Exception?> Begin()
    {
        new DeflateStream(Stream.Null, CompressionMode.Decompress).Dispose();
        return Task.Run(() => Failure.Value);
    }

    private static Exception? Initialize()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            Nnpack.SwitchOffWhereUnsupported();
            return null;
        }
        catch (Exception failure) when (IsLoadFailure(failure))
        {
            return failure;
        }
    }

    // Everything that .NET and TorchSharp throw if a native library is missing, damaged, or for another platform.
    private static bool IsLoadFailure(Exception failure) => failure is NotSupportedException or TypeInitializationException
        or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException;

    /// <summary>The loaded shim, or 0. The runtime calls this only after its own probing has failed.</summary>
    internal static nint ResolveShim(Assembly assembly, string name)
    {
        if (name != ShimName || !OperatingSystem.IsLinux())
            return 0;
        lock (Gate)
            return _shim != 0 ? _shim : _shim = LoadShim();
    }

    private static nint LoadShim()
    {
        var folders = SearchFolders(typeof(torch).Assembly.Location).ToList();
        var libTorch = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, LibTorchFiles[0])));
        var path = folders.Select(folder => Path.Combine(folder, ShimFile)).FirstOrDefault(File.Exists);
        if (libTorch is null || path is null)
            return 0;
        try
        {
            foreach (var file in LibTorchFiles)
                NativeLibrary.Load(Path.Combine(libTorch, file));
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

    /// <summary>Where the shim and libtorch may be, the program's own folders first.</summary>
    /// <param name="torchSharp">
    /// The loaded TorchSharp.dll: in a package cache, CACHE/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll.
    /// </param>
    internal static IEnumerable<string> SearchFolders(string torchSharp)
    {
        var listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        var rid = $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant();
        var native = Path.Combine("runtimes", rid, "native");
        var beside = Path.GetDirectoryName(torchSharp) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory; // single file: none
        var package = Path.GetFullPath(Path.Combine(beside, "..", ".."));
        var cache = Path.GetFullPath(Path.Combine(package, "..", ".."));
        return [.. listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), AppContext.BaseDirectory,
                Path.Combine(AppContext.BaseDirectory, native), beside, Path.Combine(beside, native),
                Path.Combine(package, native), Path.Combine(cache, $"libtorch-cpu-{rid}", LibTorchVersion, native)];
    }

    private static string Explain(Exception failure)
    {
        var package = OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
            : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";
        var version = typeof(torch).Assembly.GetName().Version;
        var system = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})";
        var reason = _loaderMessage ?? failure.GetBaseException().Message;
        return $"""
            TorchSharp {version} found no usable native libtorch on {system}.
            The loader reported: {reason}
            Add exactly one backend package to the program (not to a library): '{package}' version {LibTorchVersion} for the CPU, or
            'TorchSharp-cuda-linux' / 'TorchSharp-cuda-windows' version 0.107.0 for NVIDIA GPUs. On Linux, libtorch also needs
            glibc 2.34 or later and libstdc++ (package 'libstdc++6'); Alpine (musl) is not supported.
            """;
    }
}
