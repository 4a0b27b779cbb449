using System.Text;

namespace SegSam.Cli.Output;

/// <summary>Files that are there whole, or as they were before; their folder is made if need be.</summary>
internal static class OutputFile
{
    private const string Partial = ".partial";

    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    public static void Write(string path, byte[] content) => Write(path, partial => File.WriteAllBytes(partial, content));

    /// <inheritdoc cref="Write(string, byte[])"/>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Has a function write beside the place, and moves it there when it is whole.</summary>
    public static void Write(string path, Action<string> write)
    {
        Try(path);
        var partial = path + Partial;
        try
        {
            write(partial);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Makes the folder of a file and begins one there, so that a place that cannot be written shows before the work, not after it.</summary>
    /// <exception cref="IOException">It cannot be written, or the path is a folder's.</exception>
    public static void Try(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder; give the path of a file to write.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.Create(path + Partial, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' cannot be written: {failure.Message} Name another place, or make this one writable.", failure);
        }
    }
}
