using System.Text.RegularExpressions;
using SampleKit;

namespace SegSam.Cli.Output;

/// <summary>The files that a command will write: all different, none of an earlier run without --force, and none that the command
/// reads.</summary>
/// <param name="inputs">Files that the command reads; nulls are ignored.</param>
internal sealed class Outputs(bool mayOverwrite, params IEnumerable<string?> inputs)
{
    private readonly HashSet<string> _inputs = new(inputs.OfType<string>().Select(Path.GetFullPath), StringComparer.OrdinalIgnoreCase);

    // Names that differ only in case are the same file on some systems.
    private readonly HashSet<string> _reserved = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, UniqueFileNames> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reserves a file and checks that it can be written; null reserves nothing.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    /// <exception cref="UsageException">Another result has that name.</exception>
    public void Claim(string? path)
    {
        if (path is null)
            return;
        Reserve(path);
        OutputFile.CheckWritable(path);
    }

    /// <summary>Reserves one of many files of a folder that is known to be writable.</summary>
    /// <inheritdoc cref="Claim" path="/exception"/>
    public void Reserve(string path)
    {
        Refuse(path);
        if (!_reserved.Add(Path.GetFullPath(path)))
            throw new UsageException($"Two results would be written to '{path}'; give each a name of its own.");
        if (!mayOverwrite && File.Exists(path))
            throw Exists($"'{path}' exists");
    }

    /// <summary>Checks that a file, which may be overwritten, is not one that the command reads.</summary>
    /// <exception cref="UsageException">The command reads it.</exception>
    public void Refuse(string? path)
    {
        if (path is not null && _inputs.Contains(Path.GetFullPath(path)))
            throw new UsageException($"'{path}' is an input of this command, so it cannot be written; name another file.");
    }

    /// <summary>A file in a folder with a name that no other result of the run has.</summary>
    /// <param name="wanted">Any text; characters that do not belong in a file name become underscores.</param>
    public string Next(string folder, string wanted, string extension)
    {
        var full = Path.GetFullPath(folder);
        if (!_names.TryGetValue(full, out var names))
            _names[full] = names = new();
        return Path.Combine(folder, names.Next(wanted, extension));
    }

    /// <summary>Reserves a folder for files whose names are not known yet.</summary>
    /// <exception cref="IOException">The folder is not empty.</exception>
    public void ClaimFolder(string folder)
    {
        if (!mayOverwrite && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw Exists($"'{folder}' contains files of an earlier run");
    }

    /// <summary>Checks that a folder contains no masks of an image; their names end in categories, which are not known yet.</summary>
    /// <param name="name">The start of the masks' names; it may contain subfolders.</param>
    /// <exception cref="IOException">There are such masks.</exception>
    public void ClaimMasks(string folder, string name)
    {
        var stem = Path.Combine(folder, name);
        var place = Path.GetDirectoryName(Path.GetFullPath(stem))!;
        if (mayOverwrite || !Directory.Exists(place))
            return;
        var options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        var masks = new Regex($@"^{Regex.Escape(Path.GetFileName(stem))}-[0-9]+-.*\.png$", options);
        if (Directory.EnumerateFiles(place).Select(Path.GetFileName).FirstOrDefault(file => masks.IsMatch(file!)) is { } found)
            throw Exists($"'{Path.Combine(place, found)}' exists");
    }

    private static IOException Exists(string what) => new($"{what}; use --force to overwrite it, or another name.");
}
