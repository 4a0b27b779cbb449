using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class ReadAheadTests
{
    [TestMethod]
    public void Items_come_in_order_and_only_a_few_wait()
    {
        var made = 0;
        var used = 0;
        var most = 0;
        IEnumerable<int> Source()
        {
            for (var i = 0; i < 50; i++)
            {
                most = Math.Max(most, Interlocked.Increment(ref made) - Volatile.Read(ref used));
                yield return i;
            }
        }

        foreach (var item in ReadAhead.Of(Source(), 2))
        {
            Assert.AreEqual(used, item);
            // 10 in use, 11 and 12 wait, 13 at the door
            if (used == 10)
                SpinWait.SpinUntil(() => Volatile.Read(ref made) == 14, TimeSpan.FromSeconds(10));
            used++;
        }

        Assert.AreEqual(50, used);
        Assert.IsTrue(most is > 1 and <= 4, $"{most}");
    }

    [TestMethod]
    public void A_failure_comes_where_the_item_would_have_come_on_the_users_thread()
    {
        var got = new List<int>();
        IEnumerable<int> Source()
        {
            yield return 1;
            yield return 2;
            throw new InvalidOperationException("row 3");
        }

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => got.AddRange(ReadAhead.Of(Source(), 5)));
        Assert.AreEqual("row 3", failure.Message);
        CollectionAssert.AreEqual(new[] { 1, 2 }, Taken(Source()));
    }

    [TestMethod]
    public void Broken_off_it_leaves_no_thread_and_disposes_of_its_source()
    {
        var threads = new List<Thread>();
        IEnumerable<int> Source()
        {
            threads.Add(Thread.CurrentThread);
            try
            {
                for (var i = 0; ; i++)
                    yield return i;
            }
            finally
            {
                threads.Add(Thread.CurrentThread);
            }
        }

        Assert.AreEqual(3, ReadAhead.Of(Source(), 2).ElementAt(3));
        Assert.HasCount(2, threads, "The source ended, too.");
        Assert.AreEqual(threads[0], threads[1]);
        Assert.IsFalse(threads[0].IsAlive);
        Assert.AreNotEqual(Thread.CurrentThread, threads[0]);
    }

    [TestMethod]
    public void Training_data_that_cannot_be_read_back_name_their_rows()
    {
        using var folder = new TemporaryFolder();
        var set = ShapeImages.Create(1, folder.Path);
        set.Dispose();
        var settings = new SegSamOptions { BoxColumnName = "Box" }.TrainingSettings(usesBFloat16: false);
        var reader = new StepReader(set, settings, presenceTokens: 4, threads: 1, new Random(1));
        var failure = Assert.ThrowsExactly<IOException>(() => ReadAhead.Of(reader.ReadEpoch(), 2).Count());
        StringAssert.Matches(failure.Message, new System.Text.RegularExpressions.Regex(
            "^The training data cannot be read back from their temporary file in .*, at one of the rows [01], [01]: "));
    }

    [TestMethod]
    [DataRow(1, 3)]
    [DataRow(2, 2)]
    public void Steps_that_are_past_are_not_read_but_the_later_ones_are_the_same(int groups, int steps)
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(6, folder.Path);
        var options = new SegSamOptions { BoxColumnName = "Box", ImagesPerStep = 2, AccumulateSteps = groups, Augmentation = new() };
        List<string> Epoch(int past)
        {
            var reader = new StepReader(set, options.TrainingSettings(usesBFloat16: false), 4, threads: 2, new Random(5));
            return [.. ReadAhead.Of(reader.ReadEpoch(past), 2)
                .Select(step => string.Join(' ', step.SelectMany(group => group).Select(data =>
                    Convert.ToHexString(data.Batch.Pixels![0].Pixels.AsSpan(0, 300))
                    + string.Join(',', data.Batch.Objects.Select(item => item.MaskOffset)) + data.Random.Next())))];
        }

        var (all, last) = (Epoch(0), Epoch(steps - 1));
        Assert.HasCount(steps, all);
        CollectionAssert.AreEqual(all[(steps - 1)..], last);
    }

    private static List<int> Taken(IEnumerable<int> source)
    {
        var taken = new List<int>();
        try
        {
            foreach (var item in ReadAhead.Of(source, 1))
                taken.Add(item);
        }
        catch (InvalidOperationException)
        {
            return taken;
        }

        return [];
    }
}
