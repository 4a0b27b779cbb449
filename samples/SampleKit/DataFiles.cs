namespace SampleKit;

/// <summary>Lists files of a data set, without what operating systems and editors leave among them.</summary>
public static class DataFiles
{
    private static readonly string[] Litter = ["__MACOSX", "Thumbs.db", "desktop.ini"];
    private static readonly string[] Splits = ["train", "training", "val", "valid", "validation", "test", "testing"];
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Whether a name of a file or folder is one of those: .DS_Store, ._a.png, .ipynb_checkpoints, __MACOSX, Thumbs.db, desktop.ini.</summary>
    public static bool IsLitter(string name) => name.StartsWith('.') || Litter.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The files of a folder in the order of their names.</summary>
    /// <param name="ending">Such as ".png", in upper or lower case; "" takes all.</param>
    public static IEnumerable<string> In(string folder, string ending = "") => Directory.EnumerateFiles(folder, "*", All)
        .Where(path => !IsLitter(Path.GetFileName(path)) && path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);

    /// <summary>The subfolders of a folder in the order of their names.</summary>
    public static IEnumerable<string> FoldersIn(string folder) =>
        Directory.EnumerateDirectories(folder, "*", All).Where(path => !IsLitter(Path.GetFileName(path))).Order(StringComparer.Ordinal);

    /// <summary>The files of a folder and its subfolders in the order of their paths.</summary>
    public static IEnumerable<string> Under(string folder) =>
        In(folder).Concat(FoldersIn(folder).SelectMany(Under)).Order(StringComparer.Ordinal);

    /// <summary>A file's path within its data set, with forward slashes: an id that no other file of the data set has.</summary>
    public static string IdOf(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The patient's folder in an id such as images/p1/slice.png; empty where images lie in no subfolder, or in one that only splits them.</summary>
    public static string CaseOf(string id)
    {
        var folders = id.Split('/')[1..^1].SkipWhile(folder => Splits.Contains(folder, StringComparer.OrdinalIgnoreCase));
        return folders.FirstOrDefault("");
    }
}
