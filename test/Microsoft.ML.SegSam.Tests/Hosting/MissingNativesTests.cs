using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Hosting;

[TestClass]
public sealed class MissingNativesTests
{
    [TestMethod]
    public void A_program_without_libtorch_is_told_which_package_to_add()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Skipped: elsewhere native files cannot be told from managed ones by their names.");
        using var folder = new TemporaryFolder();
        CopyWithoutTorch(Path.GetDirectoryName(ChildProcess.LoadProbe)!, folder.Path);
        var zip = Path.Combine(folder.Path, "model.zip");
        FittedModel.Ml.Model.Save(FittedModel.Shared, FittedModel.Load(TinyData.Rows(1)).Schema, zip);
        var (code, _, error) = ChildProcess.Dotnet(Path.Combine(folder.Path, "LoadProbe.dll"), zip, "none");
        Assert.AreEqual(1, code, error);
        Assert.Contains("found no usable native libtorch", error);
        Assert.MatchesRegex("'libtorch-cpu-(linux-x64|win-x64|osx-arm64)' version 2\\.10\\.0", error);
        Assert.Contains("TorchSharp-cuda-linux", error);
    }

    // Without the .deps.json the program takes what lies beside it.
    private static void CopyWithoutTorch(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*.dll").Append(Path.Combine(from, "LoadProbe.runtimeconfig.json")))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }
}
