using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Samples.Notebooks;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>When the copies of ML.NET that the compiler sees are made: eng/WidenReferences.targets in a project of its own.</summary>
[TestClass]
public sealed class WidenReferencesTests
{
    private static readonly string[] Assemblies = ["Microsoft.ML.Core.dll", "Microsoft.ML.Data.dll"];

    [TestMethod]
    public void Copies_are_made_again_for_another_package_or_tool_and_only_then()
    {
        using var folder = new TemporaryFolder();
        var project = Path.Combine(folder.Path, "Project.proj");
        File.WriteAllText(project, Project());
        string Copy(string version, string assembly) => Path.Combine(folder.Path, "obj", "widened", version, assembly);

        Assert.AreEqual("obj/widened/1.0.0/Microsoft.ML.Core.dll obj/widened/1.0.0/Microsoft.ML.Data.dll", Compiled(project, "1.0.0"));
        var (kept, outdated) = (Copy("1.0.0", Assemblies[0]), Copy("1.0.0", Assemblies[1]));
        var made = File.GetLastWriteTimeUtc(kept);

        // As if the tool had been built after the copy.
        File.SetLastWriteTimeUtc(outdated, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Compiled(project, "1.0.0");
        Assert.AreEqual(made, File.GetLastWriteTimeUtc(kept));
        Assert.IsGreaterThanOrEqualTo(made, File.GetLastWriteTimeUtc(outdated));

        // The files of the other package are older than the copies.
        Assert.AreEqual("obj/widened/2.0.0/Microsoft.ML.Core.dll obj/widened/2.0.0/Microsoft.ML.Data.dll", Compiled(project, "2.0.0"));
        Assert.IsTrue(File.Exists(Copy("2.0.0", Assemblies[0])));
    }

    /// <summary>What the compiler would see of ML.NET.</summary>
    private static string Compiled(string project, string version)
    {
        var release = $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}";
        var isRelease = AppContext.BaseDirectory.Contains(release, StringComparison.Ordinal);
        var (code, output, error) = ChildProcess.Dotnet("msbuild", project, "-t:CoreCompile", $"-p:Pinned={version}",
            $"-p:Configuration={(isRelease ? "Release" : "Debug")}", "-getItem:ReferencePathWithRefAssemblies");
        Assert.AreEqual(0, code, output + error);
        using var json = JsonDocument.Parse(output);
        var references = json.RootElement.GetProperty("Items").GetProperty("ReferencePathWithRefAssemblies").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!.Replace('\\', '/'));
        return string.Join(' ', references.Except(["Other.dll"]));
    }

    private static string Project()
    {
        var package = Path.Combine(LocalFeed.Cache, "microsoft.ml", PackagePins.Versions["Microsoft.ML"], "lib", "netstandard2.0");
        return $"""
            <Project>
              <PropertyGroup>
                <IntermediateOutputPath>obj/</IntermediateOutputPath>
              </PropertyGroup>
              <Target Name="FindReferenceAssembliesForReferences">
                <ItemGroup>
                  <Package Include="{string.Join(';', Assemblies.Select(name => Path.Combine(package, name)))}" />
                  <ReferencePathWithRefAssemblies Include="@(Package)" NuGetPackageVersion="$(Pinned)" />
                  <ReferencePathWithRefAssemblies Include="Other.dll" />
                </ItemGroup>
              </Target>
              <Target Name="CoreCompile" DependsOnTargets="FindReferenceAssembliesForReferences" />
              <Import Project="{Path.Combine(SharedFolder.Repository, "eng", "WidenReferences.targets")}" />
            </Project>
            """;
    }
}
