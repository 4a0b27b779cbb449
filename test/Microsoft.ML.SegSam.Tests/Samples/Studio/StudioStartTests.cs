using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioStartTests
{
    [TestMethod]
    public async Task Without_a_model_the_one_that_ships_answers_from_the_start()
    {
        await using var server = await StudioServer.Start();
        var model = (await server.Status()).GetProperty("model");
        Assert.AreEqual("segsam-mini.zip", model.GetProperty("name").GetString());
        Assert.AreEqual(JsonValueKind.Null, model.GetProperty("noPoints").ValueKind);
        var names = model.GetProperty("categories").EnumerateArray().Select(name => name.GetString()!.Replace('_', ' ')).ToList();
        foreach (var truth in SampleImages.All.SelectMany(image => image.Objects))
            Assert.Contains(truth.Category, names);
        using var named = LoadedModel.From(StudioOptions.Parse(["--model", "mini"]));
        Assert.AreEqual("segsam-mini.zip", named.Name);
    }

    [TestMethod]
    public async Task The_gallery_shows_the_real_images_and_whose_they_are()
    {
        await using var server = await StudioServer.Start();
        var samples = (await server.Client.GetFromJsonAsync<JsonElement>("api/samples")).EnumerateArray().ToList();
        CollectionAssert.AreEqual(SampleImages.All.Select(image => $"{image.Name} {image.Modality}").ToList(),
            samples.Select(sample => $"{sample.GetProperty("name")} {sample.GetProperty("title")}").ToList());
        var attribution = await server.Client.GetStringAsync("api/samples/attribution");
        foreach (var name in samples.Select(sample => sample.GetProperty("name").GetString()!))
        {
            using var answer = await server.Client.GetAsync($"api/samples/{name}");
            Assert.AreEqual(name.EndsWith(".jpg", StringComparison.Ordinal) ? "image/jpeg" : "image/png",
                answer.Content.Headers.ContentType!.MediaType);
            using var image = ImageFile.Decode(await answer.Content.ReadAsByteArrayAsync());
            Assert.IsGreaterThan(0, image.Width);
            StringAssert.Contains(attribution, $"`{name}`");
        }

        using var unknown = await server.Client.GetAsync("api/samples/ATTRIBUTION.md");
        Assert.AreEqual(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [TestMethod]
    public async Task Published_weights_give_masks_without_names()
    {
        using var folder = new TemporaryFolder();
        var weights = Path.Combine(folder.Path, "weights.safetensors");
        Checkpoints.PublishedFile.Write(weights, Checkpoints.PublishedFile.Weights(Checkpoints.PublishedFile.Sam));
        await using var server = await StudioServer.Start(new(Checkpoint: weights));
        var model = (await server.Status()).GetProperty("model");
        Assert.IsFalse(model.GetProperty("hasNames").GetBoolean());
        Assert.AreEqual(0, model.GetProperty("categories").GetArrayLength());
        using var answer = JsonDocument.Parse(await server.Answer(await server.Upload(StudioServer.SampleFile),
            new { point = (int[])[200, 200] }));
        Assert.AreEqual(320, answer.RootElement.GetProperty("size")[0].GetInt32());
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
