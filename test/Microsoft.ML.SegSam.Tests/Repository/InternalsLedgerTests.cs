using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security;
using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class InternalsLedgerTests
{
    private static readonly string Ledger =
        Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests", "Repository", "internals.txt");

    [TestMethod]
    public void The_internals_of_ML_NET_in_use_are_those_on_the_list()
    {
        var used = Internals(typeof(SegSamTransformer).Assembly);
        var listed = File.ReadAllLines(Ledger).Where(line => line.Length > 0 && line[0] != '#').ToList();
        var difference = used.Except(listed).Select(name => "+ " + name).Concat(listed.Except(used).Select(name => "- " + name)).ToList();
        Assert.IsEmpty(
            difference,
            $"{Path.GetFileName(Ledger)} differs (+ used but not listed, - listed but not used):\n"
            + string.Join('\n', difference));
    }

    // The references in the assembly's metadata, resolved against the assemblies that really load.
    private static List<string> Internals(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var types = Enumerable.Range(1, metadata.GetTableRowCount(TableIndex.TypeRef))
            .Select(row => assembly.ManifestModule.ResolveType(0x01000000 | row));
        var members = Enumerable.Range(1, metadata.GetTableRowCount(TableIndex.MemberRef))
            .Select(row => Resolve(assembly.ManifestModule, 0x0A000000 | row));
        return [.. types.Concat(members).Where(IsInternalOfMicrosoftMl).Select(Name).Distinct().Order(StringComparer.Ordinal)];
    }

    // Type parameters stand for anything, or for what their constraints in Kernels ask for.
    private static MemberInfo Resolve(Module module, int token)
    {
        Type[][] choices =
        [
            [], [typeof(float), typeof(Singles), typeof(Gelu)], [typeof(Gelu)], [typeof(Lanes1)],
            [typeof(float), typeof(Singles), typeof(Lanes1)],
        ];
        var arguments = choices.Select(choice => choice.Concat(Enumerable.Repeat(typeof(float), 8)).Take(8).ToArray()).ToList();
        foreach (var (ofType, ofMethod) in arguments.SelectMany(ofType => arguments.Select(ofMethod => (ofType, ofMethod))))
        {
            try
            {
                return module.ResolveMember(token, ofType, ofMethod)!;
            }
            catch (Exception failure) when (failure is TypeLoadException or ArgumentException or VerificationException)
            {
                // against a constraint
            }
        }

        throw new NotSupportedException($"The member {token:X} has type parameters that no choice satisfies: add one.");
    }

    private static bool IsInternalOfMicrosoftMl(MemberInfo member) =>
        member.Module.Assembly.GetName().Name!.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
        && member.Module.Assembly != typeof(SegSamTransformer).Assembly
        && !(member switch
        {
            Type type => type.IsVisible,
            FieldInfo field => field.DeclaringType!.IsVisible && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
            MethodBase method => method.DeclaringType!.IsVisible && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
            _ => throw new NotSupportedException(member.ToString()),
        });

    private static string Name(MemberInfo member) => member switch
    {
        MethodBase method => $"{method.DeclaringType!.FullName}.{method.Name}"
            + $"({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})",
        FieldInfo field => $"{field.DeclaringType!.FullName}.{field.Name}",
        _ => ((Type)member).FullName!,
    };
}
