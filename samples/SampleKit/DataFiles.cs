namespace SampleKit;

/// <summary>Lists files of a data set, without files that operating systems and editors create.</summary>
public static class DataFiles
{
    private static readonly string[] Litter = ["__MACOSX", "Thumbs.db", "desktop.ini"];
    private static readonly string[] ImageExtensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The extensions of the image formats that can be read.</summary>
    public static string ImageKinds => string.Join(", ", ImageExtensions);

    public static bool IsImage(string path) => ImageExtensions.Contains(ExtensionOf(path));

    /// <summary>The extension in lower case, such as ".png"; empty without one.</summary>
    public static string ExtensionOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    /// <summary>Whether a file or folder is litter: .DS_Store, ._a.png, .ipynb_checkpoints, __MACOSX, Thumbs.db, desktop.ini.</summary>
    public static bool IsLitter(string name) => name.StartsWith('.') || Litter.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The files of a folder, ordered by name.</summary>
    /// <param name="ending">Such as ".png", in upper or lower case; "" matches all.</param>
    public static IEnumerable<string> In(string folder, string ending = "") => Directory.EnumerateFiles(folder, "*", All)
        .Where(path => !IsLitter(Path.GetFileName(path)) && path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);

    /// <summary>The subfolders of a folder, ordered by name.</summary>
    public static IEnumerable<string> FoldersIn(string folder) => Directory.EnumerateDirectories(folder, "*", All)
        .Where(path => !IsLitter(Path.GetFileName(path))).Order(StringComparer.Ordinal);

    /// <summary>The files of a folder and its subfolders, ordered by path.</summary>
    public static IEnumerable<string> Under(string folder) =>
        In(folder).Concat(FoldersIn(folder).SelectMany(Under)).Order(StringComparer.Ordinal);

    /// <summary>A file's path relative to its data set, with forward slashes: a unique id within the data set.</summary>
    public static string IdOf(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
}
