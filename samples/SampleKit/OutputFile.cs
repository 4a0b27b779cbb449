using System.Text;

namespace SampleKit;

/// <summary>Writes files whole or not at all: a failed or interrupted write leaves the previous file. Creates missing folders.</summary>
public static class OutputFile
{
    private const string Partial = ".partial";

    /// <exception cref="IOException">The file cannot be written; a previous file stays.</exception>
    public static void Write(string path, byte[] content) => Write(path, partial => File.WriteAllBytes(partial, content));

    /// <inheritdoc cref="Write(string, byte[])"/>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Calls a function to write a temporary file beside the target, then moves that file into place.</summary>
    /// <param name="path">The target.</param>
    /// <param name="write">Receives the path of the temporary file.</param>
    /// <exception cref="IOException">The file cannot be written; a previous file stays.</exception>
    public static void Write(string path, Action<string> write)
    {
        CheckWritable(path);
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

    /// <summary>Creates the folder of a file and a temporary file in it, so that an unwritable path fails before long work.</summary>
    /// <exception cref="IOException">The file cannot be written, or the path is a folder.</exception>
    public static void CheckWritable(string path)
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
            throw new IOException($"'{path}' cannot be written: {failure.Message} Use another path, or make this one writable.", failure);
        }
    }
}
