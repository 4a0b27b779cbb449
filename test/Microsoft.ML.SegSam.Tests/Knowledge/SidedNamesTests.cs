using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class SidedNamesTests
{
    [TestMethod]
    [DataRow("left kidney")]
    [DataRow("Kidney, Right")]
    [DataRow("kidney_L")]
    [DataRow("rt lung")]
    [DataRow("LEFT_LUNG")]
    [DataRow("lungRight")]
    [DataRow("RKidney")]
    [DataRow("left1")]
    [DataRow("left-sided effusion")]
    [DataRow("leftventricle")]
    public void A_name_with_a_side_is_found(string name) =>
        CollectionAssert.AreEqual(new[] { name }, SidedNames.Among(["disc", name, "bar"]));

    [TestMethod]
    [DataRow("liver")]
    [DataRow("bright spot")]
    [DataRow("cleft lip")]
    [DataRow("L1")]
    [DataRow("vertebra L5")]
    [DataRow("upright")]
    [DataRow("")]
    public void A_name_without_one_is_not(string name) => Assert.IsEmpty(SidedNames.Among([name]));
}
