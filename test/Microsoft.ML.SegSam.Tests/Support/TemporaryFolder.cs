namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>A fresh folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("segsam-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
