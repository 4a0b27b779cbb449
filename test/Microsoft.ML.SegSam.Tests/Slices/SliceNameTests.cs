using Microsoft.ML.SegSam.Slices;

namespace Microsoft.ML.SegSam.Tests.Slices;

[TestClass]
public sealed class SliceNameTests
{
    [TestMethod]
    [DataRow("images/ct_00--LITS--case001--x_0006.png", "ct LITS case001 6")]
    [DataRow("images/train/p1/x_ray_00--A--b--0003.png", "x_ray A b 0")]
    [DataRow("images/ct_00--LITS--case001--x_99999999999.png", "ct LITS case001 0")]
    [DataRow("images/Train/p1/left/a_7.png", "  p1 0")]
    [DataRow("images/test/a.png", "   0")]
    [DataRow("a.png", "   0")]
    public void The_path_of_an_image_says_what_it_is(string imageId, string expected)
    {
        var name = SliceName.Of(imageId);
        Assert.AreEqual(expected, FormattableString.Invariant($"{name.Modality} {name.Dataset} {name.CaseId} {name.SliceIndex}"));
    }

    [TestMethod]
    [DataRow("ct", "CT")]
    [DataRow("mr_t1", "MR")]
    [DataRow("T2w", "MR")]
    [DataRow("pet", "PT")]
    [DataRow("ultrasound", "US")]
    [DataRow("fundus", "OP")]
    [DataRow("dx", "DX")]
    [DataRow("x_ray", null)]
    [DataRow("", null)]
    public void Names_of_modalities_have_DICOMs_code(string name, string? expected) => Assert.AreEqual(expected, ModalityCode.Of(name));
}
