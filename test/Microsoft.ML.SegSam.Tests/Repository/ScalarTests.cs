using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// No number that libtorch gets may be collected during the call: TorchSharp wraps numbers in objects with finalizers, and nothing keeps
/// them alive. <see cref="Arithmetic"/> does.
/// </summary>
[TestClass]
public sealed class ScalarTests
{
    // The only file that makes such objects: it keeps them, or disposes of them after the call.
    private const string Keeper = "Network/Layers/Arithmetic.cs";

    // Makes one where it is given a number; the optimizer gives it tensors.
    private const string Invoke = "CompilationUnit.invoke(";

    [TestMethod]
    public void Numbers_outlive_the_native_call()
    {
        List<string> found = [.. Offenders(SourceFile.Library)];
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [TestMethod]
    [DataRow("x.square()")]
    [DataRow("x + x")]
    [DataRow("x.clamp(0, 1)")]
    [DataRow("2 * x")]
    [DataRow("x.fill_(0)")]
    [DataRow("TorchSharp.torch.arange(5)")]
    public void The_test_would_see(string expression)
    {
        var file = new SourceFile("Losses/Wrong.cs", "Losses", $$"""
            internal static class Wrong { public static TorchSharp.torch.Tensor Of(TorchSharp.torch.Tensor x) => {{expression}}; }
            """);
        Assert.IsNotEmpty(Offenders([file]));
    }

    private static IEnumerable<string> Offenders(IReadOnlyList<SourceFile> files)
    {
        var program = SourceProgram.Of(files.Select(file => CSharpSyntaxTree.ParseText(file.Text, path: file.Name)));
        foreach (var tree in program.SyntaxTrees.Where(tree => tree.FilePath is not ("" or Keeper)))
        {
            var model = program.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>())
            {
                var isWrapped = model.GetConversion(node) is { IsUserDefined: true, MethodSymbol.ContainingType.Name: nameof(Scalar) };
                var method = node is InvocationExpressionSyntax or BinaryExpressionSyntax or PrefixUnaryExpressionSyntax
                    ? model.GetSymbolInfo(node).Symbol as IMethodSymbol : null;
                if (isWrapped || (method is not null && IsMaker(HiddenScalars.NameOf(method))))
                    yield return $"{tree.FilePath}:{tree.GetLineSpan(node.Span).StartLinePosition.Line + 1}: {node}";
            }
        }
    }

    private static bool IsMaker(string method) =>
        HiddenScalars.Makers.Contains(method) && !method.StartsWith(Invoke, StringComparison.Ordinal);
}
