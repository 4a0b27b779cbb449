namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Files that are there whole, or as they were before.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the target, flushes to the disk and moves it there; a failure leaves the target as it was, and nothing beside it.</summary>
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
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                // the first failure tells more
            }

            throw;
        }
    }
}
