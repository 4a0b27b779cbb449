using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>What the examples of the pages leave to the reader: a folder of images, rows about them, a trained model.</summary>
/// <remarks>Public, and named as in the README, whose variables the other pages go on with: scripts use it.</remarks>
public sealed class PageHost : IDisposable
{
    internal const string Checkpoint = "published.safetensors";
    internal static readonly string[] TextEncoder = ["last_hidden_state.onnx", "vocab.json", "merges.txt"];

    private readonly StringBuilder _printed = new();

    internal PageHost(string path)
    {
        Output = TextWriter.Synchronized(new StringWriter(_printed));
        folder = path;
        PublishedFile.Write(Path.Combine(path, Checkpoint), PublishedFile.Weights(PublishedFile.Sam));
        TinyTextEncoder.WriteModel(path, rows: 16);
        TinyTextEncoder.WriteClip(path);
        TinyNifti.Write(Path.Combine(path, "scan.nii.gz"), 16, 14, 3);
        TinyNifti.WriteDecathlon(Path.Combine(path, "Task09_Spleen"), cases: 8);
        TinyDicom.WriteLabeled(Path.Combine(path, "ct-series"), Path.Combine(path, "liver.dcm"));
        File.Copy(Path.Combine(path, "liver.dcm"), Path.Combine(path, "checked.dcm"));
        PhantomFolder.Write(path, PhantomGenerator.Create(1, 3, 64));
        slices = [.. SamMed2DFolder.Read(path).Select(row => new Row
        {
            ImagePath = Path.GetRelativePath(path, row.ImagePath),
            MaskPath = Path.GetRelativePath(path, row.MaskPath),
            Box = row.Box,
            Category = row.Category,
            Description = PhantomGenerator.Categories[row.Category],
        })];
        data = ml.Data.LoadFromEnumerable(slices);
        load = ml.Transforms.LoadRawImageBytes("Image", folder, "ImagePath")
            .Append(ml.Transforms.LoadRawImageBytes("Mask", folder, "MaskPath"))
            .Fit(data);
        model = load.Append(ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", Epochs = 1 }).Fit(load.Transform(data)));
        ml.Model.Save(model, data.Schema, Path.Combine(path, "segsam.zip"));
    }

    /// <summary>An example as it runs here: trained as briefly as can be, saved where it is cleaned up, with what the reader has.</summary>
    internal static string Runnable(string code, string folder)
    {
        string File(string name) => $"@\"{Path.Combine(folder, name)}\"";
        foreach (var name in (string[])["segsam.zip", "sam.safetensors", "slice.encoded", "predictions.png",
            "exported", "exported.zip", "scan.nii.gz", "labels.nii.gz", "Task09_Spleen", "ct-series", "liver.dcm", "liver.nii.gz",
            "checked.dcm", "copy.dcm"])
            code = code.Replace($"\"{name}\"", File(name), StringComparison.Ordinal);
        code = code.Replace("\"sam_vit_b_01ec64.pth\"", File(Checkpoint), StringComparison.Ordinal)
            .Replace("\"src/", $"@\"{SharedFolder.Repository}/src/", StringComparison.Ordinal)
            .Replace("\"samples/", $"@\"{SharedFolder.Repository}/samples/", StringComparison.Ordinal)
            .Replace("\"text_model.onnx\", \"vocab.json\", \"merges.txt\"",
                string.Join(", ", TextEncoder.Select(File)),
                StringComparison.Ordinal)
            .Replace("Epochs = 40", "Epochs = 1", StringComparison.Ordinal)
            .Replace("Console.WriteLine", "Output.WriteLine", StringComparison.Ordinal);

        // A script has no scope at whose end it would dispose of variables.
        var disposed = Regex.Matches(code, "^using var (?<name>\\w+)", RegexOptions.Multiline)
            .Select(found => found.Groups["name"].Value + ".Dispose();\n").Reverse();
        return Regex.Replace(code, "^using var ", "var ", RegexOptions.Multiline) + string.Concat(disposed);
    }

    /// <summary>Where the images are.</summary>
    public string folder { get; }

    /// <summary>Training rows.</summary>
    public IReadOnlyList<Row> slices { get; }

    /// <summary>Test rows: the training rows, as there are no others.</summary>
    public IReadOnlyList<Row> heldOut => slices;

    /// <summary>One image.</summary>
    public string imageFile => Path.Combine(folder, slices[0].ImagePath);

    /// <summary>Seeded.</summary>
    public MLContext ml { get; } = new(seed: 1);

    /// <summary>The training rows.</summary>
    public IDataView data { get; }

    /// <summary>The test rows.</summary>
    public IDataView test => data;

    /// <summary>Loads images and masks.</summary>
    public TransformerChain<ImageLoadingTransformer> load { get; }

    /// <summary>Trained in no time, so that it answers but knows little.</summary>
    public TransformerChain<SegSamTransformer> model { get; }

    /// <summary>Where examples print to, from any thread.</summary>
    public TextWriter Output { get; }

    internal string Printed => _printed.ToString();

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    /// <summary>The columns of the README's class Slice.</summary>
    public sealed class Row
    {
        /// <summary>File name within the folder.</summary>
        public required string ImagePath { get; init; }

        /// <summary>File name within the folder.</summary>
        public required string MaskPath { get; init; }

        /// <summary>In pixels.</summary>
        [VectorType(4)]
        public required float[] Box { get; init; }

        /// <summary>The object's name.</summary>
        public required string Category { get; init; }

        /// <summary>What it looks like.</summary>
        public required string Description { get; init; }
    }
}
