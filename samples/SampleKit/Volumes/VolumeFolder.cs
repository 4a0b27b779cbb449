using System.Globalization;

namespace SampleKit.Volumes;

/// <summary>A folder of its own for the files of a volume, which get names of ours. It is deleted when it is disposed.</summary>
public sealed class VolumeFolder : IDisposable
{
    private readonly string _name;
    private int _files;

    /// <param name="prefix">Of the folder's name.</param>
    /// <param name="name">What messages call the folder, such as "the upload".</param>
    /// <param name="parent">Null: the system's temporary folder.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public VolumeFolder(string prefix, string name, string? parent = null)
    {
        _name = name;
        Path = parent is null ? Directory.CreateTempSubdirectory(prefix).FullName
            : System.IO.Path.Combine(System.IO.Path.GetFullPath(parent), prefix + System.IO.Path.GetRandomFileName());
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else // others see nothing
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Files);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the volume's files are.</summary>
    public string Files => System.IO.Path.Combine(Path, "files");

    /// <summary>The path of a file of the volume.</summary>
    /// <param name="number">From 1.</param>
    public string FileName(int number) =>
        System.IO.Path.Combine(Files, string.Create(CultureInfo.InvariantCulture, $"file-{number}"));

    /// <summary>A path that is not in use.</summary>
    public string NewPath(string ending) =>
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"own-{Interlocked.Increment(ref _files)}{ending}"));

    /// <summary>The text without the paths of this folder.</summary>
    public string Forget(string text) => text.Replace($"'{Files}': ", "", StringComparison.Ordinal)
        .Replace($"'{Files}'", _name, StringComparison.Ordinal)
        .Replace(Files + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>Deletes the folder and all that is in it.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
