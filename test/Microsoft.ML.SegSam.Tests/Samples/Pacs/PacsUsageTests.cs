using System.Text;
using Microsoft.ML.SegSam.Tests.Support;
using Pacs;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>Requests, options and configuration that are wrong.</summary>
[TestClass]
public sealed class PacsUsageTests
{
    [TestMethod]
    [DataRow("""{"series":"1.2","prompts":[{"slice":0,"bocks":[1,2,3,4]}]}""", "bocks")]
    [DataRow("""{"prompts":[{"slice":0,"box":[1,2,3,4]}]}""", "series")]
    [DataRow("""{"series":null,"prompts":[{"slice":0,"box":[1,2,3,4]}]}""", "series")]
    [DataRow("null", "expected series and prompts")]
    [DataRow("{", "Expected")]
    [DataRow("""{"series":"../studies","prompts":[{"slice":0,"box":[1,2,3,4]}]}""", "must be a SeriesInstanceUID")]
    [DataRow("""{"series":"1.2","prompts":[]}""", "There are 0 prompts")]
    [DataRow("""{"series":"1.2","prompts":[null]}""", "one is null")]
    [DataRow("""{"series":"1.2","prompts":[{"box":[1,2,3,4]}]}""", "Prompt 1 must say which image")]
    [DataRow("""{"series":"1.2","prompts":[{"slice":0,"instance":"1.2","box":[1,2,3,4]}]}""", "Prompt 1 must say which image")]
    [DataRow("""{"series":"1.2","prompts":[{"slice":-1,"box":[1,2,3,4]}]}""", "the slice is -1")]
    [DataRow("""{"series":"1.2","prompts":[{"instance":"1/2","box":[1,2,3,4]}]}""", "must be the SOPInstanceUID")]
    [DataRow("""{"series":"1.2","prompts":[{"slice":0,"box":[1.5,2,3]}]}""", "the box is [1.5, 2, 3]")]
    [DataRow("""{"series":"1.2","prompts":[{"slice":0,"box":[3,2,1,4]}]}""", "x1 greater than x0")]
    [DataRow("""{"series":"1.2","prompts":[{"slice":0,"box":[1,2,3,4]}],"window":"dark"}""", "The window: ")]
    public async Task A_wrong_request_is_refused_at_once(string request, string expected)
    {
        await using var service = await PacsService.Start(new(new("http://127.0.0.1:1/")));
        using var answer = await service.Client.PostAsync("segment", new StringContent(request, Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(400, (int)answer.StatusCode, text);
        StringAssert.Contains(text, expected);
    }

    [TestMethod]
    public async Task Pages_from_elsewhere_cannot_start_jobs()
    {
        await using var service = await PacsService.Start(new(new("http://127.0.0.1:1/")));
        const string Request = """{"series":"1.2","prompts":[{"slice":0,"box":[1,2,3,4]}]}""";
        using var asText = await service.Client.PostAsync("segment", new StringContent(Request, Encoding.UTF8, "text/plain"));
        Assert.AreEqual(415, (int)asText.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "segment")
        {
            Content = new StringContent(Request, Encoding.UTF8, "application/json"), Headers = { Host = "elsewhere.example" },
        };
        using var elsewhere = await service.Client.SendAsync(request);
        Assert.AreEqual(400, (int)elsewhere.StatusCode);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
        {
            using var unknown = await service.Client.SendAsync(new(method, "jobs/1"));
            Assert.AreEqual(404, (int)unknown.StatusCode);
            StringAssert.Contains(await unknown.Content.ReadAsStringAsync(), "no such job");
        }
    }

    [TestMethod]
    [DataRow("root of the server's DICOMweb", "127.0.0.1:8042")]
    [DataRow("root of the server's DICOMweb", "file:///tmp")]
    [DataRow("root of the server's DICOMweb", "https://pacs.example/dicom-web?x=1")]
    [DataRow("must not hold user or password", "https://me:mine@pacs.example/dicom-web")]
    [DataRow("http sends images and passwords there unencrypted", "http://192.0.2.1/dicom-web")]
    public void A_wrong_address_is_refused(string expected, string address)
    {
        var message = Assert.ThrowsExactly<FormatException>(() => PacsOptions.ServerOf(address, allowsPlainHttp: false)).Message;
        StringAssert.Contains(message, expected);
        Assert.DoesNotContain("mine", message);
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:8042/dicom-web", false)]
    [DataRow("http://localhost:8042/dicom-web/", false)]
    [DataRow("http://[::1]:8042/dicom-web", false)]
    [DataRow("https://pacs.example/dicom-web", false)]
    [DataRow("http://192.0.2.1/dicom-web", true)]
    public void An_address_ends_with_a_slash(string address, bool allowsPlainHttp) =>
        Assert.AreEqual(address.TrimEnd('/') + "/", PacsOptions.ServerOf(address, allowsPlainHttp).ToString());

    [TestMethod]
    public void Half_a_sign_in_is_an_error_that_does_not_repeat_it()
    {
        Assert.IsNull(PacsService.CredentialsOf(password: null));
        Assert.IsNull(PacsService.CredentialsOf(password: "", user: ""));
        Assert.AreEqual("bWU6cMOkc3M6", PacsService.CredentialsOf(password: "päss:", user: "me")!.Basic);
        foreach (var (user, password, expected) in ((string, string, string)[])
            [("", "hidden", "a password and no user"), ("hidden", "", "a user and no password"), ("hid:den", "hidden", "has a colon")])
        {
            var message = Assert.ThrowsExactly<FormatException>(() => PacsService.CredentialsOf(password, user)).Message;
            StringAssert.Contains(message, expected);
            Assert.DoesNotContain("hid", message);
        }
    }

    [TestMethod]
    [DataRow("--server", "serve")]
    [DataRow("--port must be a whole number from 0 to 65535, not '70000'", "serve", "--server", "http://127.0.0.1:1", "--port", "70000")]
    [DataRow("--slice must be a whole number of at least 0, not 'x'", "series", "1.2", "--server", "http://127.0.0.1:1", "--slice", "x",
        "--box", "1,2,3,4")]
    [DataRow("--box is '1,2,a,4'", "series", "1.2", "--server", "http://127.0.0.1:1", "--slice", "1", "--box", "1,2,a,4")]
    [DataRow("Prompt 1 must say which image", "series", "1.2", "--server", "http://127.0.0.1:1", "--box", "1,2,3,4")]
    [DataRow("--server must not hold user", "serve", "--server", "http://a:b@127.0.0.1:1")]
    public async Task A_wrong_argument_is_named(string expected, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.AreEqual(2, await PacsCommand.Run(args, output, error, CancellationToken.None));
        StringAssert.Contains(error.ToString(), expected);
    }

    [TestMethod]
    public async Task An_unreadable_model_ends_the_program_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "broken.zip");
        File.WriteAllText(file, "no zip");
        using var error = new StringWriter();
        Assert.AreEqual(1, await PacsCommand.Run(["serve", "--server", "http://127.0.0.1:1", "--model", file], TextWriter.Null, error,
            CancellationToken.None));
        StringAssert.Contains(error.ToString(), "broken.zip' is not readable as a model");
    }
}
