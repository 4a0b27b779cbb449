using System.Diagnostics;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioLoadTests
{
    private const int Clients = 4, Clicks = 100;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Four_clients_with_a_hundred_clicks_each_get_the_answers_that_one_alone_gets()
    {
        // A small model, as fast as can be: what it says does not matter here.
        await using var server = await StudioServer.Start(model: new(new(FittedModel.Shared), "small", HasNames: true, new()));
        var random = new Random(5);
        var steps = Enumerable.Range(0, Clicks).Select(_ => new { point = (int[])[random.Next(320), random.Next(320)] }).ToArray();
        var id = await server.Upload(StudioServer.SampleFile);
        var alone = new List<string>();
        foreach (var step in steps)
            alone.Add(await server.Answer(id, step));

        var clock = Stopwatch.StartNew();
        await Rush(); // once before memory is looked at: pools and threads have grown then
        var (whole, managed) = (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true));
        await Rush();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - managed;
        var wholeGrown = Environment.WorkingSet - whole;
        TestContext.WriteLine($"{2 * Clients * Clicks} clicks in {clock.Elapsed.TotalSeconds:0.0} s; " +
            $"managed memory grew by {grown / 1e6:0.00} MB, the process by {wholeGrown / 1e6:0.0} MB.");
        Assert.IsLessThan(8_000_000, grown);
        Assert.IsLessThan(200_000_000, wholeGrown, "tensors that nobody disposes of would add up to more");
        var status = await server.Status();
        Assert.AreEqual((1, 0, 0), (status.GetProperty("images").GetInt32(), status.GetProperty("running").GetInt32(),
            status.GetProperty("canceled").GetInt32()));

        Task Rush() => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            // Each goes through the same clicks in an order of its own, having opened the image itself.
            Assert.AreEqual(id, await server.Upload(StudioServer.SampleFile));
            var order = Enumerable.Range(0, Clicks).ToArray();
            new Random(client).Shuffle(order);
            foreach (var i in order)
                Assert.AreEqual(alone[i], await server.Answer(id, steps[i]), $"client {client}, click {i}");
        })));
    }
}
