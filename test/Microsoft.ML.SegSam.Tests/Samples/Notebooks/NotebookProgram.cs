using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

/// <summary>
/// A notebook's code as a program of one file: what it uses first, types last, and all between as it stands, the words as comments.
/// </summary>
internal static class NotebookProgram
{
    // A program has these without saying so.
    private static readonly string[] Implicit = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading",
        "System.Threading.Tasks"];
    private static readonly CSharpParseOptions AsCell = CSharpParseOptions.Default.WithKind(SourceCodeKind.Script);

    public static string Write(Notebook notebook, string name)
    {
        var cells = notebook.Cells.Select(cell => cell.IsCode ? Parse(cell.Source) : new([], [], Comment(cell.Source))).ToList();
        string[] head =
        [
            $"// The cells of {name}.ipynb as a program: dotnet run samples/notebooks/{name}.cs",
            "// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter \"ClassName~NotebookProgram\"",
            "#:project ../../src/Microsoft.ML.SegSam",
            "#:project ../Phantoms",
            "#:project ../SampleKit",
            .. cells.SelectMany(cell => cell.Usings).Where(line => !Implicit.Contains(line["using ".Length..].TrimEnd(';')))
                .Append("using static SampleKit.NotebookPage;").Distinct().Order(ByNamespace),
        ];
        string[] parts = [string.Join('\n', head), .. cells.Select(cell => cell.Statements), .. cells.SelectMany(cell => cell.Types)];
        return string.Join("\n\n", parts.Select(part => part.Trim('\n')).Where(part => part.Length > 0)) + "\n";
    }

    private static (List<string> Usings, List<string> Types, string Statements) Parse(string source)
    {
        var code = string.Join('\n', source.Split('\n').Where(line => !line.StartsWith("#r ", StringComparison.Ordinal)));
        if (code.Split('\n').All(line => line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal)))
            return ([], [], ""); // a cell of references: the projects above take its place
        var unit = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, AsCell).GetRoot();
        var types = unit.Members.OfType<BaseTypeDeclarationSyntax>().ToList();
        var text = SourceText.From(code);
        var changes = unit.Usings.Cast<SyntaxNode>().Concat(types).OrderBy(node => node.FullSpan.Start)
            .Select(node => new TextChange(node.FullSpan, ""));
        return ([.. unit.Usings.Select(line => line.ToString())], [.. types.Select(type => type.ToFullString())],
            text.WithChanges(changes).ToString());
    }

    private static string Comment(string words) => string.Join('\n', words.Split('\n').Select(line => $"// {line}".TrimEnd()));

    // As the analyzers have it: System first, static ones last.
    private static readonly Comparer<string> ByNamespace = Comparer<string>.Create((one, other) =>
        Rank(one).CompareTo(Rank(other)) is not 0 and var rank ? rank
        : StringComparer.Ordinal.Compare(one.TrimEnd(';'), other.TrimEnd(';')));

    private static int Rank(string line) => line.StartsWith("using static ", StringComparison.Ordinal) ? 2
        : line.StartsWith("using System", StringComparison.Ordinal) ? 0 : 1;
}
