namespace SampleKit;

/// <summary>The trained model that comes with the samples. Builds copy its file beside this assembly.</summary>
public static class ShippedModel
{
    /// <summary>What command lines call it, instead of a path.</summary>
    public const string Name = "mini";

    internal const string FileName = "segsam-mini.zip";

    /// <summary>The path of its file.</summary>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    public static string Find() => FindIn(Path.GetDirectoryName(typeof(ShippedModel).Assembly.Location)!);

    /// <summary>The file that a command line means: <see cref="Name"/> is this model, anything else is a path.</summary>
    /// <exception cref="FileNotFoundException">The model is meant, and its file is missing.</exception>
    public static string FileOf(string model) => model == Name ? Find() : model;

    internal static string FindIn(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path) ? path : throw new FileNotFoundException(
            $"The model that comes with this program is missing: there is no file '{path}'. Build or install the program again, "
            + "or give the path of another model.", path);
    }
}
