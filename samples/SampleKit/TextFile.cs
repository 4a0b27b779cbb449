namespace SampleKit;

/// <summary>Text files that are there whole, or as they were before.</summary>
public static class TextFile
{
    /// <summary>Writes a text beside its place and moves it there when it is whole.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        File.WriteAllText(path + ".partial", text);
        File.Move(path + ".partial", path, overwrite: true);
    }
}
