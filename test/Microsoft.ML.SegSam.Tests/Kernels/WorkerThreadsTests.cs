using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Tests.Kernels;

[TestClass]
public sealed class WorkerThreadsTests
{
    [TestMethod]
    [DataRow(1), DataRow(2), DataRow(8)]
    public void Every_part_of_a_loop_is_computed_once(int threads)
    {
        var counts = new int[1000];
        WorkerThreads.Call(threads, () =>
        {
            for (var round = 0; round < 3; round++)
                WorkerThreads.For(counts.Length, i => Interlocked.Increment(ref counts[i]));
        });
        Assert.IsTrue(counts.All(count => count == 3));
    }

    [TestMethod]
    public void Many_callers_share_few_threads()
    {
        var sums = new int[16];
        Parallel.For(0, sums.Length, caller => WorkerThreads.Call(2, () =>
            WorkerThreads.For(50, i => Interlocked.Add(ref sums[caller], i))));
        Assert.IsTrue(sums.All(sum => sum == 49 * 50 / 2));
    }

    [TestMethod]
    [DataRow(1), DataRow(4)]
    public void What_a_part_throws_is_thrown_to_the_caller_alone(int threads)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => WorkerThreads.Call(threads, () =>
            WorkerThreads.For(100, i => throw new InvalidDataException($"part {i}"))));
        Assert.StartsWith("part ", failure.Message);
        var isDone = false;
        WorkerThreads.Call(threads, () => isDone = true);
        Assert.IsTrue(isDone);
    }

    [TestMethod]
    public void A_loop_outside_of_a_call_is_refused() =>
        Assert.ThrowsExactly<InvalidOperationException>(() => WorkerThreads.For(1, _ => { }));
}
