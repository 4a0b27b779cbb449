using CsCheck;
using Microsoft.ML.SegSam.Training.Optimization;

namespace Microsoft.ML.SegSam.Tests.Training.Optimization;

[TestClass]
public sealed class LearningRateScheduleTests
{
    [TestMethod]
    public void The_rate_rises_to_its_highest_and_falls_to_zero()
    {
        var schedule = new LearningRateSchedule(0.01, 200);
        var rates = Enumerable.Range(0, 201).Select(step => schedule.At(step)).ToArray();
        Assert.AreEqual(0.001, rates[0], 1e-9, "A tenth, since the warm-up takes ten steps of 200.");
        Assert.AreEqual(0.01, rates[9], 1e-9);
        Assert.AreEqual(0.01, rates.Max(), 1e-9);
        Assert.AreEqual(0.005, rates[105], 1e-9, "Half way down the cosine.");
        Assert.AreEqual(0, rates[200], 1e-9);
        Assert.IsTrue(rates[9..].Zip(rates[10..]).All(pair => pair.Second <= pair.First));
    }

    [TestMethod]
    public void Every_step_of_any_training_has_a_rate_above_zero_and_none_above_the_highest() =>
        Gen.Select(Gen.Int[1, 300], Gen.Double[1e-6, 1]).Sample((steps, highest) =>
        {
            var schedule = new LearningRateSchedule(highest, steps);
            return Enumerable.Range(0, steps).Select(step => schedule.At(step)).All(rate => rate > 0 && rate <= highest * (1 + 1e-12));
        }, iter: 100, threads: 1);
}
