namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>Reads files so that whatever is wrong with one names it.</summary>
internal static class NamedFile
{
    /// <exception cref="InvalidDataException">As the function's; the message begins with the path, unless it has it already.</exception>
    /// <exception cref="NotSupportedException">The same.</exception>
    public static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException failure) when (!failure.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}': {failure.Message}", failure);
        }
        catch (NotSupportedException failure) when (!failure.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new NotSupportedException($"'{path}': {failure.Message}", failure);
        }
    }
}
