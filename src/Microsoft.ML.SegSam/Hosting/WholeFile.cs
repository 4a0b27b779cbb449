namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Writes files atomically: a file is complete, or it is as it was before.</summary>
internal static class WholeFile
{
    /// <summary>
    /// Writes next to the target, flushes to the disk and moves the result into place. A failure leaves the target as it was and no partial
    /// file.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        var partial = path + ".partial";
        var file = File.Create(partial);
        try
        {
            using (file)
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            try
            {
                File.Delete(partial);
            }
            catch (Exception second) when (IsFileError(second))
            {
                // the first failure says more
            }

            throw;
        }
    }

    /// <summary>Whether an exception says that the file system cannot read or write a file.</summary>
    public static bool IsFileError(Exception failure) => failure is IOException or UnauthorizedAccessException;
}
