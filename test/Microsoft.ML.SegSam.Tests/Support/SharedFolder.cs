namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Finds the repository and the shared test material beside it (or where SEGSAM_SHARED says).</summary>
internal static class SharedFolder
{
    public static string Repository { get; } = FindUp(folder => File.Exists(Path.Combine(folder, "SegSam.slnx")))
        ?? throw new InvalidOperationException($"No SegSam.slnx above {AppContext.BaseDirectory}.");

    /// <summary>Where the shared folder is, if there is one.</summary>
    public static string Root { get; } =
        Path.GetFullPath(Environment.GetEnvironmentVariable("SEGSAM_SHARED") ?? Path.Combine(Repository, "..", "shared"));

    /// <summary>A path inside the shared folder; the test is skipped, and says so, where there is none.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.GetFullPath(Path.Combine([Root, .. parts]));
        if (!Path.Exists(path))
            Assert.Inconclusive($"Skipped: {path} is not here. Set SEGSAM_SHARED to the folder that holds '{parts[0]}'.");
        return path;
    }

    private static string? FindUp(Predicate<string> isIt)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (isIt(folder))
                return folder;
        }

        return null;
    }
}
