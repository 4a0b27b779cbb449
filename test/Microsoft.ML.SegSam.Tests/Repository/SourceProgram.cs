using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>Compiles source files of the repository, so that tests can ask what their names mean.</summary>
internal static class SourceProgram
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Microsoft.ML.SegSam.dll").Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>One program of all files; the library's own assembly is not referenced, since its source may be among them.</summary>
    public static CSharpCompilation Of(IEnumerable<SyntaxTree> trees) =>
        CSharpCompilation.Create("source", [.. trees, CSharpSyntaxTree.ParseText(Usings)], References.Value,
            new(OutputKind.DynamicallyLinkedLibrary, metadataImportOptions: MetadataImportOptions.All, allowUnsafe: true));
}
