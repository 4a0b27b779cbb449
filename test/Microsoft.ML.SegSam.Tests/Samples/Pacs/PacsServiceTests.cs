using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>With a server that misbehaves.</summary>
[TestClass]
public sealed class PacsServiceTests
{
    [TestMethod]
    public async Task What_is_stored_is_a_segmentation_and_nothing_else_is_asked_for()
    {
        await using var server = await FakePacs.Start();
        await using var service = await PacsService.Start(server.Options with { Modalities = ["ct"] });
        await service.Stored(server.Request);
        var list = "/studies/1.2.3/series?Modality=SEG&includefield=0008103E";
        CollectionAssert.AreEqual((string[])
        [
            $"/series?SeriesInstanceUID={server.Series}&includefield=00201209", list, $"/studies/1.2.3/series/{server.Series}",
            "/studies/1.2.3", list,
        ], server.Asked.ToArray());
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "stored.dcm");
        await File.WriteAllBytesAsync(file, server.Stored!);
        Assert.Contains(1, LabelVolume.Load(file).Labels);
    }

    [TestMethod]
    public async Task Canceling_ends_a_running_job_and_leaves_no_file()
    {
        await using var server = await FakePacs.Start();
        var gone = new TaskCompletionSource();
        server.Retrieve = async context =>
        {
            FakePacs.Begin(context);
            await FakePacs.Send(context, await File.ReadAllBytesAsync(server.Files[0]));
            await FakePacs.Send(context, []); // the end of a part is known when the next begins
            context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        };
        await using var service = await PacsService.Start(server.Options);
        var (running, waiting) = (await service.Add(server.Request), await service.Add(server.Request));
        var job = await service.WaitFor(running, job => job.TryGetProperty("progress", out _));
        Assert.AreEqual("running", job.GetProperty("state").GetString());
        Assert.AreEqual("files retrieved", job.GetProperty("progress").GetProperty("step").GetString());
        Assert.IsNotEmpty(service.Leftovers);
        foreach (var id in (string[])[waiting, running])
        {
            using var answer = await service.Client.DeleteAsync($"jobs/{id}");
            Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.AreEqual("canceled", (await service.Finish(running)).GetProperty("state").GetString());
        Assert.AreEqual("canceled", (await service.Finish(waiting)).GetProperty("state").GetString());
        await gone.Task; // the server notices
        Assert.IsNull(server.Stored);
    }

    [TestMethod]
    public async Task Stopping_the_service_leaves_no_file()
    {
        await using var server = await FakePacs.Start();
        server.Retrieve = async context =>
        {
            FakePacs.Begin(context);
            await FakePacs.Send(context, await File.ReadAllBytesAsync(server.Files[0]));
            await FakePacs.Send(context, []);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var service = await PacsService.Start(server.Options);
        await service.WaitFor(await service.Add(server.Request), job => job.TryGetProperty("progress", out _));
        Assert.IsNotEmpty(service.Leftovers);
        await service.Stop();
        Assert.IsEmpty(service.Leftovers);
        StringAssert.Contains(service.Log, "Job 1: canceled");
    }

    [TestMethod]
    public async Task A_bad_answer_is_an_error_that_repeats_nothing_of_it()
    {
        await using var server = await FakePacs.Start();
        await using var service = await PacsService.Start(server.Options with { MostMegabytes = 1 });
        const string Leak = "Patient Müller^Änne";
        await Search("status 418", context => FakePacs.Json(context, 418, Leak));
        await Search("sends a search elsewhere (302)", Elsewhere);
        await Search("'text/html'; expected application/dicom+json", Html);
        await Search("expected application/dicom+json", context => FakePacs.Json(context, 200, $"[{Leak}"));
        await Search("no such series", context => FakePacs.Json(context, 200, "[]"));
        await Search("no such series", context => FakePacs.Json(context, 204, ""));
        await Search("does not allow a search (403)", context => FakePacs.Json(context, 403, Leak));
        server.Search = null;
        await Retrieve("no longer on the server", context => FakePacs.Json(context, 404, Leak));
        await Retrieve("status 500", context => FakePacs.Json(context, 500, Leak));
        await Retrieve("'text/html'; expected multipart/related", Html);
        await Retrieve("sent 0 files of the series, and says that it has 4", async context =>
        {
            FakePacs.Begin(context);
            await FakePacs.End(context);
        });
        await Retrieve("ends in the middle", async context =>
        {
            FakePacs.Begin(context);
            await FakePacs.Send(context, Encoding.UTF8.GetBytes(Leak));
        });
        await Retrieve("more than 1 MB", async context =>
        {
            FakePacs.Begin(context);
            await FakePacs.Send(context, new byte[1_000_001]);
            await FakePacs.End(context);
        });
        await Retrieve("There is no DICOM image in the series", async context =>
        {
            FakePacs.Begin(context);
            for (var i = 0; i < PacsSeriesFiles.Slices; i++)
                await FakePacs.Send(context, Encoding.UTF8.GetBytes(Leak));
            await FakePacs.End(context);
        });
        foreach (var secret in (string[])["ller", server.Series, .. PacsSeriesFiles.Secrets])
            Assert.DoesNotContain(secret, service.Log);

        static Task Html(HttpContext context)
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(Leak);
        }

        static Task Elsewhere(HttpContext context)
        {
            context.Response.Redirect("https://127.0.0.1/" + Uri.EscapeDataString(Leak));
            return Task.CompletedTask;
        }

        async Task Search(string expected, Func<HttpContext, Task> answer)
        {
            server.Search = answer;
            StringAssert.Contains(await service.Error(server.Request), expected);
        }

        async Task Retrieve(string expected, Func<HttpContext, Task> answer)
        {
            server.Retrieve = answer;
            StringAssert.Contains(await service.Error(server.Request), expected);
        }
    }

    [TestMethod]
    public async Task A_silent_server_is_not_waited_for_forever()
    {
        await using var server = await FakePacs.Start();
        server.Search = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var service = await PacsService.Start(server.Options with { TimeoutSeconds = 1 });
        StringAssert.Contains(await service.Error(server.Request), "was silent for 1 seconds");
        await using var nobody = await PacsService.Start(server.Options with { Server = new("http://127.0.0.1:1/") });
        StringAssert.Contains(await nobody.Error(server.Request), "cannot be reached");
    }

    [TestMethod]
    [DataRow(409, """{"00081198":{"vr":"SQ","Value":[{"00081197":{"vr":"US","Value":[290]}}]}}""", "(reason 0122): it does not take DICOM")]
    [DataRow(202, """{"00081198":{"vr":"SQ","Value":[{"00081197":{"vr":"US","Value":["42752"]}}]}}""", "(reason A700): it is out")]
    [DataRow(409, """{"00081198":{"vr":"SQ","Value":[{}]}}""", "did not store the segmentation; the server's log says why")]
    [DataRow(400, "", "did not store the segmentation; the server's log says why")]
    [DataRow(200, "{}", "did not store the segmentation; the server's log says why")]
    [DataRow(401, "", "refuses user and password (401)")]
    [DataRow(507, "", "answers the storing of a segmentation with the status 507")]
    public async Task A_segmentation_that_is_not_stored_is_told_with_the_reason(int status, string report, string expected)
    {
        await using var server = await FakePacs.Start();
        server.Store = context => FakePacs.Json(context, status, report);
        await using var service = await PacsService.Start(server.Options);
        StringAssert.Contains(await service.Error(server.Request), expected);
    }
}
