using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>Pieces of C# that see the pieces before them, as cells of a notebook do.</summary>
internal static class Script
{
    // Everything the test host may load: no #r is needed, and a script's types are the test's own.
    private static readonly ScriptOptions Options = ScriptOptions.Default
        .WithReferences(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)))
        .WithImports("System", "System.Collections.Generic", "System.Linq");

    /// <summary>One script of all pieces.</summary>
    /// <param name="host">Type whose public members the pieces may use without a name before them.</param>
    /// <exception cref="AssertFailedException">A piece does not compile.</exception>
    public static Script<object> Compile(IEnumerable<string> pieces, Type host)
    {
        Script<object>? script = null;
        foreach (var piece in pieces)
        {
            script = script is null ? CSharpScript.Create(piece, Options, host) : script.ContinueWith(piece);
            var errors = script.Compile().Where(found => found.Severity == DiagnosticSeverity.Error).ToList();
            Assert.IsEmpty(errors, $"{string.Join('\n', errors)}\nin\n{piece}");
        }

        return script ?? throw new ArgumentException("There is no C# to compile.", nameof(pieces));
    }
}
