using System.Reflection;
using System.Reflection.Emit;
using Microsoft.CodeAnalysis;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// Which of TorchSharp's methods make a <see cref="Scalar"/> themselves, or call one that does: read from its instructions.
/// </summary>
internal static class HiddenScalars
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>As <see cref="NameOf(IMethodSymbol)"/> names them.</summary>
    public static IReadOnlySet<string> Makers { get; } = Read();

    public static string NameOf(IMethodSymbol method) =>
        $"{method.ContainingType?.Name}.{method.Name}({string.Join(',', method.Parameters.Select(parameter => Short(parameter.Type)))})";

    private static string NameOf(MethodBase method) => $"{method.DeclaringType!.Name}.{method.Name}("
        + string.Join(',', method.GetParameters().Select(parameter => parameter.ParameterType.Name.Split('`', '&')[0])) + ")";

    private static string Short(ITypeSymbol type) =>
        type is IArrayTypeSymbol array ? Short(array.ElementType) + "[]" : type.MetadataName.Split('`')[0];

    private static HashSet<string> Read()
    {
        var methods = typeof(torch).Assembly.GetTypes().Where(type => type != typeof(Scalar))
            .SelectMany(type => type.GetMethods(All)).Where(method => !method.IsAbstract).ToList();
        var calls = methods.ToDictionary(method => (MethodBase)method, method => Called(method).ToHashSet());
        var makers = new HashSet<MethodBase>();
        var more = calls.Where(pair => pair.Value.Any(IsMaker)).Select(pair => pair.Key).ToList();
        while (more.Count > 0)
        {
            makers.UnionWith(more);
            more = [.. calls.Where(pair => !makers.Contains(pair.Key) && pair.Value.Overlaps(makers)).Select(pair => pair.Key)];
        }

        return [.. makers.Select(NameOf)];
    }

    private static bool IsMaker(MethodBase method) =>
        method.Name is "op_Implicit" or "ToScalar" && method is MethodInfo { ReturnType.Name: nameof(Scalar) };

    private static IEnumerable<MethodBase> Called(MethodInfo method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var operation = code[at] == 0xFE ? Codes[(short)(0xFE00 | code[at + 1])] : Codes[code[at]];
            at += operation.Size;
            if (operation.OperandType == OperandType.InlineMethod && Resolve(method, BitConverter.ToInt32(code, at)) is { } called)
                yield return called;
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static MethodBase? Resolve(MethodInfo method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(token, method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments());
        }
        catch (Exception unknown) when (unknown is ArgumentException or FileNotFoundException or TypeLoadException)
        {
            return null; // of an assembly that is not here
        }
    }
}
