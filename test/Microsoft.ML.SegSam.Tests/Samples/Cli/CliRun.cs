using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Pipeline;
using Phantoms;
using SegSam.Cli;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

/// <summary>Runs the command line in this process, on phantoms in a folder of its own.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A path in the folder.</summary>
    public string At(params string[] parts) => Path.Combine([_folder.Path, .. parts]);

    /// <summary>Slices in SAM-Med2D's layout, in the subfolder slices.</summary>
    public List<PhantomSlice> Phantoms(int count)
    {
        var slices = PhantomGenerator.Create(seed: 5, count, size: 64).ToList();
        PhantomFolder.Write(At("slices"), slices);
        return slices;
    }

    /// <summary>A model that takes every kind of prompt, saved in the folder.</summary>
    public string Model()
    {
        FittedModel.Ml.Model.Save(FittedModel.Shared, FittedModel.Load(TinyData.Rows(images: 1)).Schema, At("model.zip"));
        return At("model.zip");
    }

    public static (int Code, string Output, string Error) Segsam(params string[] args) => Segsam(CancellationToken.None, args);

    public static (int Code, string Output, string Error) Segsam(CancellationToken cancel, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = SegsamCommand.Run(args, output, error, cancel);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>What a command prints that must do its work.</summary>
    public static string Done(params string[] args)
    {
        var (code, output, error) = Segsam(args);
        Assert.AreEqual(0, code, error);
        return output;
    }

    /// <summary>The same of --json: standard output must be one document.</summary>
    public static JsonElement Json(params string[] args) => JsonDocument.Parse(Done([.. args, "--json"])).RootElement;

    /// <summary>What a command complains of that must end with a code; short, and without a stack trace.</summary>
    public static string Fails(int expected, params string[] args)
    {
        var (code, output, error) = Segsam(args);
        Assert.AreEqual(expected, code, error);
        Assert.AreEqual("", output);
        Assert.DoesNotContain("   at ", error);
        Assert.DoesNotContain("Unexpected", error);
        return error;
    }
}
