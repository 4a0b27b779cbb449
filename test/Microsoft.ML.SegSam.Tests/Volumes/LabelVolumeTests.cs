using System.Text;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Nifti;

namespace Microsoft.ML.SegSam.Tests.Volumes;

[TestClass]
public sealed class LabelVolumeTests
{
    private static readonly float[] Oblique = [0, -1.5f, 0, 10, 0.8f, 0, 0.1f, -20, 0, 0, 3, 30]; // axes A, L, S, somewhat turned

    [TestMethod]
    [DataRow(".nii", 1)]
    [DataRow(".nii.gz", 1)]
    [DataRow(".nii.gz", 300)]
    [DataRow(".nii.gz", 30_000)]
    public void What_is_saved_is_read_with_its_names_and_volumes(string ending, int factor)
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (i, j, k) => (short)(factor * ((i + j + k) % 2)));
        var labels = LabelVolume.From(image, new Dictionary<int, string> { [factor] = "left <lung> & \"ö\" ]]>", [7] = "other" });
        var path = Path.Combine(folder.Path, "labels" + ending);
        labels.Save(path);
        var again = LabelVolume.Load(path);
        Assert.AreEqual(labels.Geometry, again.Geometry);
        CollectionAssert.AreEqual(new[] { factor }, again.Labels.ToArray());
        Assert.AreEqual("left <lung> & \"ö\" ]] >", again.Names[factor]);
        Assert.AreEqual("other", again.Names[7]);
        for (var k = 0; k < 4; k++)
        {
            for (var j = 0; j < 5; j++)
            {
                for (var i = 0; i < 6; i++)
                    Assert.AreEqual(factor * ((i + j + k) % 2), again[i, j, k]);
            }
        }

        Assert.AreEqual(60 * image.Geometry.VoxelVolume, again.Volumes[factor], 1e-9);
        Assert.AreEqual(path, Directory.GetFiles(folder.Path, "labels*").Single());
    }

    [TestMethod]
    public void The_header_keeps_the_images_geometry_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (_, _, _) => 0);
        var path = Path.Combine(folder.Path, "labels.nii.gz");
        LabelVolume.From(image).Save(path);
        var (source, saved) = (image.Origin.NiftiHeader!.Bytes, NiftiReader.ReadStart(path, 348));
        foreach (var (at, length) in ((int, int)[])[(40, 16), (76, 16), (123, 1), (252, 4), (256, 24), (280, 48)])
            CollectionAssert.AreEqual(source[at..(at + length)], saved[at..(at + length)]);
        Assert.AreEqual(2, saved[70]); // bytes are enough
    }

    [TestMethod]
    public void An_image_is_no_label_volume()
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (i, _, _) => (short)(i - 3));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => LabelVolume.From(image)).Message, "(0, 0, 0) is -3");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            LabelVolume.Load(Path.Combine(folder.Path, "image.nii.gz"))).Message, "whole numbers");
    }

    [TestMethod]
    public void Labels_of_NIfTI_have_colors_that_differ()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "labels.nii");
        TinyNifti.Write(path, 4, 3, 2);
        using var image = MedicalVolume.Load(path);
        TinyDicom.Label(image, [1, 2, .. new int[22]], (1, "liver"), (2, "spleen")).Save(Path.Combine(folder.Path, "named.nii"));
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder.Path, "named.nii")));
        StringAssert.Contains(text, """Key="1" Red="1" Green="0.32156864" Blue="0.32156864" Alpha="1"><![CDATA[liver]]>""");
        StringAssert.Contains(text, """Key="2" Red="0.2509804" Green="0.74509805" Blue="1" Alpha="1"><![CDATA[spleen]]>""");
        using var named = MedicalVolume.Load(Path.Combine(folder.Path, "named.nii"));
        Assert.HasCount(2, named.LabelNames);
        Assert.IsEmpty(image.LabelNames);
    }

    [TestMethod]
    public void Another_ending_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (_, _, _) => 0);
        var failure = Assert.ThrowsExactly<ArgumentException>(() => LabelVolume.From(image).Save(Path.Combine(folder.Path, "a.png")));
        StringAssert.Contains(failure.Message, "expected .nii, .nii.gz, .seg.nrrd, .nrrd or .mha");
    }

    [TestMethod]
    public void Objects_become_one_volume_and_the_first_has_what_they_share()
    {
        using var folder = new TemporaryFolder();
        LabelVolume Part(Func<int, bool> isInside)
        {
            using var image = Load(folder, (i, _, _) => (short)(isInside(i) ? 9 : 0));
            return LabelVolume.From(image);
        }

        var (left, right) = (Part(i => i < 4), Part(i => i > 1));
        var both = LabelVolume.Combine([(right, 2, "spleen"), (left, 1, "liver")]);
        for (var i = 0; i < 6; i++)
            Assert.AreEqual(i > 1 ? 2 : 1, both[i, 3, 2]);
        Assert.AreEqual(("liver", "spleen"), (both.Names[1], both.Names[2]));
        Assert.AreEqual(left.Geometry, both.Geometry);
        Assert.AreSame(right.Origin, both.Origin);
        Assert.ThrowsExactly<ArgumentException>(() => LabelVolume.Combine([]));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => LabelVolume.Combine([(left, 1, "a"), (right, 1, "b")])).Message, "labels 1, 1");
    }

    /// <summary>A mask that is cut out of a slice is put back into the same voxels, whatever the plane.</summary>
    [TestMethod]
    [DataRow(SlicePlane.Axial)]
    [DataRow(SlicePlane.Coronal)]
    [DataRow(SlicePlane.Sagittal)]
    [DataRow(SlicePlane.Stored)]
    public void Masks_of_slices_lie_where_their_voxels_are(SlicePlane plane)
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (i, j, k) => (short)((7 * i + 5 * j + 3 * k) % 11 < 4 ? 1 : 0));
        var labels = LabelVolume.From(image);
        var slices = new List<ObjectSlice>();
        for (var index = 0; index < image.CountSlices(plane); index++)
        {
            var mask = labels.ReadMask(1, plane, index);
            var values = image.ReadSlice(plane, index).Values.ToArray();
            CollectionAssert.AreEqual(Array.ConvertAll(values, value => value == 1), mask.ToPixels());
            slices.Add(new(index, mask, 1, null));
        }

        var composed = LabelComposer.Compose(image, plane,
            [new(1, [new("thing", 1)], slices, PropagationStop.VolumeEnd, PropagationStop.VolumeEnd)], out var warnings);
        Assert.AreEqual("thing", composed.Names[1]);
        Assert.IsEmpty(warnings);
        for (var k = 0; k < 4; k++)
            CollectionAssert.AreEqual(labels.Runs.Of(k).ToArray(), composed.Runs.Of(k).ToArray());
    }

    [TestMethod]
    [DataRow("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a><Label Key=\"1\">&b;</Label></a>", null)]
    [DataRow("<a><Label Key=\"1\">liver</Label><Label Key=\"x\">no</Label><Label Key=\"2\">spleen</Label></a>", "liver")]
    [DataRow("<a><Label Key=\"1\">liver", null)]
    [DataRow("no xml", null)]
    public void Names_in_an_extension_are_read_where_they_can_be(string xml, string? first)
    {
        using var folder = new TemporaryFolder();
        using var image = Load(folder, (_, _, _) => 1);
        var path = Path.Combine(folder.Path, "labels.nii");
        LabelVolume.From(image, new Dictionary<int, string> { [1] = new('x', 2000) }).Save(path);
        var bytes = File.ReadAllBytes(path);
        var content = Encoding.UTF8.GetBytes(xml);
        Array.Clear(bytes, 360, (int)BitConverter.ToSingle(bytes, 108) - 360); // to the first voxel
        content.CopyTo(bytes, 360);
        File.WriteAllBytes(path, bytes);
        var names = LabelVolume.Load(path).Names;
        Assert.AreEqual(first, names.GetValueOrDefault(1));
        Assert.AreEqual(first is null ? 0 : 2, names.Count);
    }

    private static MedicalVolume Load(TemporaryFolder folder, Func<int, int, int, short> value)
    {
        var path = Path.Combine(folder.Path, "image.nii.gz");
        TinyNifti.Write(path, 6, 5, 4, Oblique, value);
        return MedicalVolume.Load(path);
    }
}
