using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

/// <summary>Labels of volumes, followed from boxes.</summary>
[TestClass]
public sealed class Med2DVolumesTests
{
    private const string Header = "collection,modality,image,labels,window,trained,names";

    [TestMethod]
    public void Labels_are_followed_and_compared_with_box_and_ellipsoid()
    {
        using var run = new Med2DRun();
        Write(run, "image.nii.gz", (i, j, k) => (short)(IsInside(i, j, k) ? 150 : -20 + (3 * i + 5 * j + 7 * k) % 11));
        Write(run, "labels.nii.gz", (i, j, k) => (short)(IsInside(i, j, k) ? 4 : i < 2 && j < 2 ? 9 : 0)); // 9 has 4 x 12 voxels
        var page = Page(run);
        Done(run, page, "Phantom,CT,image.nii.gz,labels.nii.gz,\"60,220\",no,4:Kidney_RIGHT;9:corner");

        var text = File.ReadAllText(page);
        StringAssert.StartsWith(text, "# Volumes\n\n<!-- proof: by a command -->\n\n`segsam-mini.zip` (SHA-256 `");
        StringAssert.EndsWith(text, "<!-- /proof -->\n\nThe end.\n");
        Assert.Contains("1 smaller labels were left out.", text);
        using var json = JsonDocument.Parse(File.ReadAllText(run.At("volumes.json")));
        var label = json.RootElement.GetProperty("volumes")[0].GetProperty("labels")[0];
        double Number(string name) => label.GetProperty(name).GetDouble();
        var voxels = Enumerable.Range(0, 48 * 40 * 12).Count(at => IsInside(at % 48, at / 48 % 40, at / 48 / 40));
        Assert.AreEqual(voxels, Number("voxels"));
        Assert.AreEqual(2.0 * voxels / (voxels + 24 * 20 * 8), Number("filledBox"), 5e-5);
        Assert.IsGreaterThan(0.98, Number("filledEllipsoid")); // it is one
        Assert.IsGreaterThan(0.6, Number("fromBox"));
        Assert.IsGreaterThan(0.4, Number("fromSlice"));
        Assert.AreEqual(JsonValueKind.False, label.GetProperty("isNamed").ValueKind); // the model knows "right kidney"
        Assert.Contains(FormattableString.Invariant($"| Phantom | CT | 1 | 1 | {Number("filledBox"):0.000} |"), text);
        Assert.Contains("| Phantom | Kidney RIGHT | 1 |", text);
        using var picture = ImageFile.Read(run.At("images", "volumes.png"));
        Assert.IsGreaterThan(picture.Height / 2, picture.Width);
    }

    [TestMethod]
    public void What_does_not_fit_is_said_and_the_page_stays()
    {
        using var run = new Med2DRun();
        Write(run, "image.nii.gz", (i, j, k) => (short)(i + j + k));
        Write(run, "small.nii.gz", (i, j, k) => (short)(i == 3 && j == 3 ? 1 : 0));
        TinyNifti.Write(run.At("moved.nii.gz"), 48, 40, 12, [1, 0, 0, 0.002f, 0, 1, 0, 0, 0, 0, 1, 0], (_, _, _) => 1);
        var page = Page(run);
        var before = File.ReadAllText(page);
        foreach (var (line, expected) in ((string, string)[])
        [
            ("A,CT,image.nii.gz,moved.nii.gz,,,", "Expected the same voxels."),
            ("A,CT,image.nii.gz,small.nii.gz,,,",
                "has no label on 3 slices and with 100 voxels or more.\nNo volume has a label that is large enough"),
            ("A,CT,image.nii.gz,none.nii.gz,,,", "line 2: labels is 'none.nii.gz', but there is no file"),
            ("A,CT,image.nii.gz,small.nii.gz,dark,,", "line 2: window: "),
            ("A,CT,image.nii.gz,small.nii.gz,,perhaps,", "line 2: trained is 'perhaps'; expected yes or no."),
            ("A,CT,image.nii.gz,small.nii.gz,,,liver", "line 2: names is 'liver'; expected numbers and names such as 1:spleen;2:liver."),
        ])
        {
            Assert.Contains(expected, Med2DRun.Fails(1, "volumes", "--data", Table(run, line), "--page", page));
        }

        Assert.AreEqual(before, File.ReadAllText(page));
        var table = Table(run, "A,CT,image.nii.gz,small.nii.gz,,,");
        Assert.Contains("There is no page", Med2DRun.Fails(1, "volumes", "--data", table, "--page", run.At("no.md")));
        Assert.Contains("Expected a path relative to '",
            Med2DRun.Fails(1, "volumes", "--data", table, "--page", page, "--root", run.At("x")));
    }

    private static bool IsInside(int i, int j, int k) =>
        Math.Pow((i - 23.5) / 12, 2) + Math.Pow((j - 19.5) / 10, 2) + Math.Pow((k - 5.5) / 4, 2) <= 1;

    private static void Write(Med2DRun run, string name, Func<int, int, int, short> value) =>
        TinyNifti.Write(run.At(name), 48, 40, 12, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], value);

    private static string Page(Med2DRun run)
    {
        File.WriteAllText(run.At("volumes.md"), "# Volumes\n\n<!-- proof: by a command -->\n\nold\n\n<!-- /proof -->\n\nThe end.\n");
        return run.At("volumes.md");
    }

    private static string Table(Med2DRun run, string line)
    {
        File.WriteAllLines(run.At("volumes.csv"), [Header, line]);
        return run.At("volumes.csv");
    }

    private static void Done(Med2DRun run, string page, string line) =>
        Med2DRun.Done("volumes", "--data", Table(run, line), "--page", page);
}
