using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Knowledge;
using Microsoft.ML.SegSam.Tests.Storage;
using Phantoms;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>What the README's examples leave to the reader: a folder of images and rows about them.</summary>
/// <remarks>Public: scripts use it.</remarks>
public sealed class ReadmeHost
{
    internal const string Checkpoint = "published.safetensors";
    internal static readonly string[] TextEncoder = ["last_hidden_state.onnx", "vocab.json", "merges.txt"];

    internal ReadmeHost(string path)
    {
        folder = path;
        PublishedFile.Write(Path.Combine(path, Checkpoint), PublishedFile.Weights(PublishedFile.Sam));
        TinyTextEncoder.WriteModel(path, rows: 16);
        TinyTextEncoder.WriteClip(path);
        PhantomFolder.Write(path, PhantomGenerator.Create(1, 3, 64));
        slices = [.. SamMed2DFolder.Read(path).Select(row => new Row
        {
            ImagePath = Path.GetRelativePath(path, row.ImagePath),
            MaskPath = Path.GetRelativePath(path, row.MaskPath),
            Box = row.Box,
            Category = row.Category,
            Description = PhantomGenerator.Categories[row.Category],
        })];
    }

    /// <summary>Where the images are.</summary>
    public string folder { get; }

    /// <summary>Training rows.</summary>
    public IReadOnlyList<Row> slices { get; }

    /// <summary>Test rows; the training rows, for want of better.</summary>
    public IReadOnlyList<Row> heldOut => slices;

    /// <summary>One image.</summary>
    public string imageFile => Path.Combine(folder, slices[0].ImagePath);

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
