using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>
/// The essentials of the golden folder, kept in the repository for fresh clones. With SEGSAM_APPROVE=1 they are written again
/// from the shared folder.
/// </summary>
[TestClass]
public sealed class TrimmedCopyTests
{
    private const long MostBytes = 3_000_000;

    /// <summary>What is kept: whole files, or the tensors whose names match.</summary>
    private static readonly Dictionary<string, string> Kept = new()
    {
        ["config.json"] = "",
        ["losses_metrics.json"] = "",
        ["sam_sizes.json"] = "",
        ["keys_sam_vit_b.txt"] = "",
        ["keys_sam_med2d_vit_b.txt"] = "",
        ["pth_edge_cases.pth"] = "",
        ["pth_edge_cases_legacy.pth"] = "",
        ["pth_edge_cases.safetensors"] = "",
        ["sam_tiny.safetensors"] = "",
        ["med2d_micro.safetensors"] = "",
        ["sam_units.safetensors"] = "",
        ["sam_relpos_window.safetensors"] = "",
        ["losses.safetensors"] = "",
        ["metrics.safetensors"] = "",
        ["boxes_from_mask.safetensors"] = "",
        ["sam_image.safetensors"] = @"^A\.image_hwc_u8|^C\.(image_hwc_u8|resized_hwc_u8)",
        ["sam_encoder.safetensors"] = @"^A\..*_f64|^[AC]\.neck$|^C\.neck_f64|^A\.(patch_embed_plus_pos|block0(\.norm1|\.attn)?)$",
        ["sam_prompt.safetensors"] = @"^dense_pe|^[AC]\..*\.(sparse|sparse_f64|in\..*)$|^A\.mask\.dense$",
        ["sam_decoder.safetensors"] = @"^([AC]\.points_box|A\.mask)\.(multi|single)",
        ["sam_final.safetensors"] = @"^C\.",
    };

    [TestMethod]
    public void The_trimmed_copy_is_part_of_the_shared_folder_and_small()
    {
        var shared = SharedFolder.Require("golden");
        var approve = Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1";
        if (approve)
            Write(shared);
        CollectionAssert.AreEquivalent(
            Kept.Keys.ToArray(),
            Directory.GetFiles(GoldenFolder.Trimmed).Select(path => Path.GetFileName(path)).ToArray());
        foreach (var (name, kept) in Kept)
        {
            var (whole, trimmed) = (Path.Combine(shared, name), Path.Combine(GoldenFolder.Trimmed, name));
            if (kept.Length == 0)
                CollectionAssert.AreEqual(File.ReadAllBytes(whole), File.ReadAllBytes(trimmed), name);
            else
                CheckPart(new(whole), new(trimmed), kept, name);
        }

        Assert.IsLessThanOrEqualTo(MostBytes, Directory.GetFiles(GoldenFolder.Trimmed).Sum(path => new FileInfo(path).Length));
        if (approve)
        {
            Assert.Inconclusive(
                "The trimmed copy is written; run again without SEGSAM_APPROVE, "
                + "once with SEGSAM_SHARED naming no folder, so that it is what the tests read.");
        }
    }

    private static void CheckPart(SafetensorsFile whole, SafetensorsFile trimmed, string kept, string name)
    {
        CollectionAssert.AreEqual(whole.Names.Where(tensor => Regex.IsMatch(tensor, kept)).ToArray(), trimmed.Names.ToArray(), name);
        foreach (var tensor in trimmed.Names)
        {
            Assert.AreEqual(whole.DType(tensor), trimmed.DType(tensor), tensor);
            CollectionAssert.AreEqual(whole.Shape(tensor), trimmed.Shape(tensor), tensor);
            Assert.IsTrue(whole.Bytes(tensor).SequenceEqual(trimmed.Bytes(tensor)), tensor);
        }
    }

    private static void Write(string shared)
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(GoldenFolder.Trimmed);
        foreach (var (name, kept) in Kept)
        {
            using var target = File.Create(Path.Combine(GoldenFolder.Trimmed, name));
            if (kept.Length == 0)
            {
                target.Write(File.ReadAllBytes(Path.Combine(shared, name)));
                continue;
            }

            var whole = new SafetensorsFile(Path.Combine(shared, name));
            var tensors = whole.Names.Where(tensor => Regex.IsMatch(tensor, kept));
            Safetensors.Write(target, [.. tensors.Select(tensor => (tensor, whole.Tensor(tensor)))]);
        }
    }
}
