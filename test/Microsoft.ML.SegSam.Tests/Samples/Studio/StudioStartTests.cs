using System.Net;
using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioStartTests
{
    [TestMethod]
    public async Task A_first_start_that_is_stopped_keeps_its_training_and_the_next_goes_on_from_there()
    {
        var first = await StudioServer.First;
        CollectionAssert.AreEqual((string[])[StudioServer.Training.FileName + ".state"], first.Left);
        using var status = JsonDocument.Parse(first.Status);
        Assert.AreEqual("training", status.RootElement.GetProperty("phase").GetString());
        StringAssert.Contains(status.RootElement.GetProperty("message").GetString(), "of 8");
        Assert.AreEqual(JsonValueKind.Null, status.RootElement.GetProperty("model").ValueKind);
        StringAssert.Contains(first.Early, "Epoch 1/8");
        StringAssert.Contains(first.Early, "the next start continues from here");
        StringAssert.Contains(first.Early, "The model is still being trained");
        Assert.DoesNotContain("Epoch 1/8", first.Late);
        StringAssert.Contains(first.Late, "Epoch 8/8");
        StringAssert.Contains(first.Late, "The phantom model is ready");
        Assert.HasCount(1, Directory.GetFiles(first.Cache.Path));
    }

    [TestMethod]
    public async Task A_later_start_finds_the_model_and_a_damaged_one_is_made_again()
    {
        await using (var later = await StudioServer.Start())
            Assert.DoesNotContain("Epoch", later.Output.ToString());
        using var cache = new TemporaryFolder();
        File.WriteAllText(Path.Combine(cache.Path, StudioServer.Training.FileName), "no model");
        await using var server = await StudioServer.StartIn(cache.Path);
        await server.WaitFor(status => status.GetProperty("message").GetString()!.StartsWith("Training", StringComparison.Ordinal));
        StringAssert.Contains(server.Output.ToString(), "is not readable as a model");
        StringAssert.Contains(server.Output.ToString(), "Training a new one");
    }

    [TestMethod]
    public async Task A_cache_that_cannot_be_written_is_said_on_the_page()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "in the way");
        await using var server = await StudioServer.StartIn(file);
        var status = await server.WaitFor(status => status.GetProperty("phase").GetString() == "failed");
        StringAssert.Contains(status.GetProperty("message").GetString(), "cannot be trained");
        using var answer = await server.Client.PostAsync("api/images", new ByteArrayContent([1]));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [TestMethod]
    public async Task Published_weights_give_masks_without_names()
    {
        using var folder = new TemporaryFolder();
        var weights = Path.Combine(folder.Path, "weights.safetensors");
        Checkpoints.PublishedFile.Write(weights, Checkpoints.PublishedFile.Weights(Checkpoints.PublishedFile.Sam));
        await using var server = await StudioServer.StartIn(folder.Path, given: LoadedModel.From(new StudioOptions(Checkpoint: weights)));
        var model = (await server.Status()).GetProperty("model");
        Assert.IsFalse(model.GetProperty("hasNames").GetBoolean());
        Assert.AreEqual(0, model.GetProperty("categories").GetArrayLength());
        using var answer = JsonDocument.Parse(await server.Answer(await server.Upload(StudioServer.Sample().Png),
            new { point = (int[])[200, 200] }));
        Assert.AreEqual(512, answer.RootElement.GetProperty("size")[0].GetInt32());
    }

    [TestMethod]
    [DataRow("'--color' is not an option", "--color", "red")]
    [DataRow("--model is unknown or needs a value", "--model")]
    [DataRow("--port must be at most 65535, not '70000'", "--port", "70000")]
    [DataRow("--port must be a whole number of at least 0, not 'x'", "--port", "x")]
    [DataRow("--address must be an IP address such as 127.0.0.1, not 'here'", "--address", "here")]
    [DataRow("--max-upload must be a whole number of at least 1, not '0'", "--max-upload", "0")]
    [DataRow("--model and --checkpoint cannot be combined", "--model", "a.zip", "--checkpoint", "b.pth")]
    public void A_wrong_argument_is_named(string complaint, params string[] args) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => StudioOptions.Parse(args)).Message, complaint);

    [TestMethod]
    public void Only_this_machine_is_let_in_unless_one_says_otherwise()
    {
        Assert.AreEqual(IPAddress.Loopback, StudioOptions.Parse([]).Listen);
        Assert.AreEqual(IPAddress.Any, StudioOptions.Parse(["--address", "0.0.0.0"]).Listen);
    }

    [TestMethod]
    public void An_unreadable_model_ends_the_program_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "broken.zip");
        File.WriteAllText(file, "no zip");
        var (code, _, error) = ChildProcess.Dotnet(ChildProcess.Studio, "--model", file);
        Assert.AreEqual(2, code, error);
        StringAssert.Contains(error, "broken.zip' is not readable as a model");
    }
}
