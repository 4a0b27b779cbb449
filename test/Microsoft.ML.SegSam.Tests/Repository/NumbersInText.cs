using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>Finds where code writes numbers in the machine's language; the analyzer (CA1305) sees only calls that take a culture.</summary>
/// <remarks>
/// Real numbers, formats (but hexadecimal ones), and values of unknown type, in interpolated texts, sums, joins, builders, records and
/// ArgumentOutOfRangeException's actual value. What a notebook prints is for who runs it, and left out. Bare whole numbers are
/// let through: languages write them alike, but for the sign of negative ones.
/// </remarks>
internal static class NumbersInText
{
    /// <summary>Places in a folder of the repository: file, line and code.</summary>
    public static IReadOnlyList<string> In(string folder)
    {
        var root = Path.Combine(SharedFolder.Repository, folder);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj" or "notebooks"))
            .Order(StringComparer.Ordinal).ToList();
        Assert.IsNotEmpty(files);
        return [.. Find([.. files.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path))])
            .Select(node => $"{Path.GetRelativePath(SharedFolder.Repository, node.SyntaxTree.FilePath)}({Line(node)}): {node}")];
    }

    /// <summary>Lines of a piece of code, from 1.</summary>
    public static IReadOnlyList<int> Lines(string code) => [.. Find([CSharpSyntaxTree.ParseText(code)]).Select(Line).Distinct()];

    private static IEnumerable<SyntaxNode> Find(IReadOnlyList<SyntaxTree> trees)
    {
        var program = SourceProgram.Of(trees);
        foreach (var tree in trees)
        {
            var model = program.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes().Where(node => IsWrong(node, model)))
                yield return node;
        }
    }

    private static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    private static bool IsWrong(SyntaxNode node, SemanticModel model)
    {
        return node switch
        {
            InterpolationSyntax hole => !IsInvariant((ExpressionSyntax)hole.Parent!, model) && (Varies(TypeOf(hole.Expression))
                || hole.FormatClause is { } format && !format.FormatStringToken.ValueText.StartsWith('x')
                    && TypeOf(hole.Expression)?.SpecialType != SpecialType.System_String),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum
                when TypeOf(sum)?.SpecialType == SpecialType.System_String =>
                Varies(TypeOf(sum.Left)) || Varies(TypeOf(sum.Right)),
            InvocationExpressionSyntax call when model.GetSymbolInfo(call).Symbol is IMethodSymbol method && MakesText(method) =>
                call.ArgumentList.Arguments.Any(each => Varies(TypeOf(each.Expression)) || Varies(ElementOf(TypeOf(each.Expression)))),
            BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [_, var actual, _] } error
                when TypeOf(error)?.Name == nameof(ArgumentOutOfRangeException) =>
                IsReal(TypeOf(actual.Expression)),
            _ => false,
        };

        ITypeSymbol? TypeOf(ExpressionSyntax expression) => model.GetTypeInfo(expression).Type;
    }

    private static bool MakesText(IMethodSymbol method) => (method.ContainingType.Name, method.Name) is (nameof(String), "Join" or "Concat")
        or ("StringBuilder", "Append" or "AppendLine" or "AppendJoin" or "Insert")
        or ("TextWriter" or "StringWriter" or "StreamWriter" or "Console", "Write" or "WriteLine");

    // An argument beside a culture, or of a method that takes its text as a FormattableString; $"" + $"" is one text.
    private static bool IsInvariant(ExpressionSyntax text, SemanticModel model)
    {
        if (model.GetTypeInfo(text).ConvertedType?.Name is nameof(FormattableString) or nameof(IFormattable))
            return true;
        SyntaxNode whole = text;
        while (whole.Parent is BinaryExpressionSyntax or ParenthesizedExpressionSyntax)
            whole = whole.Parent;
        return whole.Parent is ArgumentSyntax { Parent: ArgumentListSyntax list }
            && list.Arguments.Any(each => model.GetTypeInfo(each.Expression).Type?.Name is "CultureInfo" or nameof(IFormatProvider));
    }

    private static ITypeSymbol? ElementOf(ITypeSymbol? type) => type is IArrayTypeSymbol array ? array.ElementType
        : type?.AllInterfaces.Append(type).OfType<INamedTypeSymbol>()
            .FirstOrDefault(each => each is { Name: "IEnumerable", TypeArguments.Length: 1 })?.TypeArguments[0];

    // A record prints its members.
    private static bool Varies(ITypeSymbol? type) => IsReal(type)
        || type is { SpecialType: SpecialType.System_Object } or { TypeKind: TypeKind.TypeParameter }
        || type is { IsRecord: true } && type.GetMembers("ToString").All(member => member.IsImplicitlyDeclared)
            && type.GetMembers().OfType<IPropertySymbol>().Any(each => IsReal(each.Type));

    private static bool IsReal(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
        ? Varies(nullable.TypeArguments[0])
        : type is { Name: nameof(Single) or nameof(Double) or nameof(Decimal)
            or nameof(Half) or nameof(DateTime) or nameof(DateTimeOffset) };
}
