using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>A file of one room that uses a type of another.</summary>
internal sealed record RoomArrow(string From, string To, string File, string Type)
{
    public override string ToString() => $"{From} -> {To}: {File} uses {Type}";
}

/// <summary>Which rooms of the library use which, read by the compiler: names are resolved, comments and texts do not count.</summary>
internal static class RoomArrows
{
    private static readonly Lazy<IReadOnlyList<RoomArrow>> Library = new(() => Read(SourceFile.Library, SourceFile.Library));

    public static IReadOnlyList<RoomArrow> OfLibrary => Library.Value;

    /// <summary>Arrows of one more file, as if it were in the library.</summary>
    public static IReadOnlyList<RoomArrow> Of(SourceFile file) => Read([.. SourceFile.Library, file], [file]);

    private static List<RoomArrow> Read(IReadOnlyList<SourceFile> all, IReadOnlyList<SourceFile> from)
    {
        var rooms = all.ToDictionary(file => file.Name, file => file.Room);
        var trees = all.ToDictionary(file => file.Name, file => CSharpSyntaxTree.ParseText(file.Text, path: file.Name));
        var program = SourceProgram.Of(trees.Values);
        return
        [
            .. from file in @from
               from type in TypesUsed(program.GetSemanticModel(trees[file.Name]), trees[file.Name].GetRoot())
               from place in type.DeclaringSyntaxReferences
               let room = rooms[place.SyntaxTree.FilePath]
               where room != file.Room
               select new RoomArrow(file.Room, room, file.Name, type.Name),
        ];
    }

    // Types that are named, created, or whose static members and extension methods are called.
    private static HashSet<INamedTypeSymbol> TypesUsed(SemanticModel model, SyntaxNode root)
    {
        var types = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var node in root.DescendantNodes(node => node is not UsingDirectiveSyntax { StaticKeyword.RawKind: 0, Alias: null }))
        {
            if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax))
                continue;
            var found = model.GetSymbolInfo(node);
            foreach (var symbol in found.CandidateSymbols.Append(found.Symbol))
            {
                var type = symbol switch
                {
                    INamedTypeSymbol named => named,
                    IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.ReducedExtension } method => method.ContainingType,
                    { IsStatic: true } and not INamespaceSymbol => symbol.ContainingType,
                    _ => null,
                };
                while (type?.ContainingType is { } outer)
                    type = outer;
                if (type?.Locations.Any(place => place.IsInSource) == true)
                    types.Add(type.OriginalDefinition);
            }
        }

        return types;
    }
}
