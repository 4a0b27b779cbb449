namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>
/// The file that a header names as the place of its voxels. It must lie beside the header: a header is no way to other files.
/// </summary>
internal static class DataFile
{
    /// <exception cref="InvalidDataException">The name leads elsewhere, or there is no such file.</exception>
    public static string Beside(string header, string name)
    {
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\:\0") >= 0)
        {
            throw new InvalidDataException($"The header names '{name}' as the file of its voxels. Expected a file beside it, without a "
                + "folder in its name; no other is opened. Move it there, and correct the header.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(header))!;
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            throw new InvalidDataException($"The header names '{name}' as the file of its voxels, which is not beside it.");
        if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target
            && Path.GetDirectoryName(target.FullName) != folder)
            throw new InvalidDataException($"The file of the voxels, '{name}', is a link out of the folder, which is not followed.");
        return path;
    }
}
