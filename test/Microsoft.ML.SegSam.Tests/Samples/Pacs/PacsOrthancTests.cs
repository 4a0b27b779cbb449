using System.Text.Json;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Pacs;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>With a real server.</summary>
[TestClass]
public sealed class PacsOrthancTests
{
    [TestMethod]
    public async Task A_series_is_segmented_and_its_segmentation_comes_back_from_the_server()
    {
        await using var server = await OrthancServer.Start();
        using var folder = new TemporaryFolder();
        PacsSeriesFiles.Write(folder.Path);
        var series = await server.Upload(folder.Path);
        await using var service = await PacsService.Start(new(server.DicomWeb));
        var request = new { series, prompts = new[] { new { slice = 1, box = PacsSeriesFiles.Box } } };
        var result = await service.Stored(request);
        Assert.IsFalse(result.GetProperty("wasThere").GetBoolean());
        var segmentation = result.GetProperty("segmentation").GetString()!;
        await CheckStored(server, series, segmentation, folder.Path, PacsSeriesFiles.Box, slice: 1);

        var mark = result.GetProperty("mark").GetString()!;
        var again = await service.Stored(request);
        Assert.IsTrue(again.GetProperty("wasThere").GetBoolean());
        Assert.AreEqual(segmentation, again.GetProperty("segmentation").GetString());
        Assert.AreEqual(1, await server.Count("SEG"));
        await service.Stored(new { series, prompts = request.prompts, again = true });
        Assert.AreEqual(2, await server.Count("SEG"));

        StringAssert.Contains(service.Log, mark);
        foreach (var secret in (string[])[.. PacsSeriesFiles.Secrets, series, segmentation])
            Assert.DoesNotContain(secret, service.Log, service.Log);
        var file = Path.Combine(folder.Path, "back.dcm");
        await File.WriteAllBytesAsync(file, await server.Only(segmentation));
        Dciodvfy.Check(file, hasOwnCodes: true);
    }

    [TestMethod]
    [DataRow("ct-axial")]
    [DataRow("ct-rle")]
    [DataRow("mr-oblique")]
    public async Task An_image_is_named_by_its_identifier_or_by_its_place(string name)
    {
        var folder = SharedFolder.Require("golden-volumes", "series", name);
        await using var server = await OrthancServer.Start();
        var series = await server.Upload(folder);
        float[] box = [0, 0, 9, 6];
        string[] instances;
        using (var volume = MedicalVolume.Load(folder))
        {
            var tags = await server.Tags(series);
            instances = [.. tags.OrderBy(Height).Select(image => image.GetProperty("SOPInstanceUID").GetString()!)];
            double Height(JsonElement image)
            {
                var place = Array.ConvertAll(image.GetProperty("ImagePositionPatient").GetString()!.Split('\\'),
                    number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
                return volume.Geometry.ToVoxel(-place[0], -place[1], place[2]).K;
            }
        }

        await using var service = await PacsService.Start(new(server.DicomWeb));
        var result = await service.Stored(new { series, prompts = new[] { new { instance = instances[3], box } } });
        await CheckStored(server, series, result.GetProperty("segmentation").GetString()!, folder, box, slice: 3);
        StringAssert.Contains(await service.Error(new { series, prompts = new[] { new { instance = "1.2.3", box } } }),
            "no image with that SOPInstanceUID");
    }

    [TestMethod]
    public async Task What_is_wrong_is_said()
    {
        await using var server = await OrthancServer.Start();
        using var folder = new TemporaryFolder();
        PacsSeriesFiles.Write(folder.Path);
        var series = await server.Upload(folder.Path);
        foreach (var (change, password, wanted, expected) in ((Func<PacsOptions, PacsOptions>, string?, string, string)[])
            [
                (options => options, "Wrong-9921", series, "refuses user and password (401)"),
                (options => options, null, series, "none are configured. Set the environment variables SEGSAM_PACS__USER"),
                (options => options, OrthancServer.Password, "1.2.3", "no such series"),
                (options => options with { Modalities = ["MR", "PT"] }, OrthancServer.Password, series,
                    "is CT; this model is used for MR, PT"),
                (options => options with { Server = new(options.Server, "/") }, OrthancServer.Password, series,
                    "'application/json'; expected application/dicom+json"),
            ])
        {
            await using var service = await PacsService.Start(change(new(server.DicomWeb)), password);
            var error = await service.Error(new { series = wanted, prompts = new[] { new { slice = 1, box = PacsSeriesFiles.Box } } });
            StringAssert.Contains(error, expected);
            StringAssert.Contains(service.Log, error);
            foreach (var secret in (string[])[.. PacsSeriesFiles.Secrets, "Wrong-9921", series])
                Assert.DoesNotContain(secret, service.Log);
        }

        Assert.AreEqual(0, await server.Count("SEG"));
    }

    [TestMethod]
    public async Task A_server_without_the_plugin_is_told_apart()
    {
        await using var server = await OrthancServer.Start(hasDicomWeb: false);
        await using var service = await PacsService.Start(new(server.DicomWeb));
        var request = new { series = "1.2.3", prompts = new[] { new { slice = 1, box = PacsSeriesFiles.Box } } };
        StringAssert.Contains(await service.Error(request), "Orthanc needs the plugin DICOMweb");
    }

    [TestMethod]
    [DataRow("ct-j2k", "JPEG 2000 lossless (transfer syntax 1.2.840.10008.1.2.4.90) is not read")]
    [DataRow("ct-j2k", "Orthanc does so with its plugin GDCM")]
    [DataRow("no-positions", "Without places the images are no volume")]
    [DataRow("ct-gap", "Look whether the server has all images of the series")]
    [DataRow("ct-two-acquisitions", "Only series of one volume can be segmented")]
    public async Task A_series_that_is_no_volume_is_refused_with_the_reason(string name, string expected)
    {
        var folder = SharedFolder.Require("golden-volumes", "series", name);
        await using var server = await OrthancServer.Start();
        var series = await server.Upload(folder);
        await using var service = await PacsService.Start(new(server.DicomWeb));
        var request = new { series, prompts = new[] { new { slice = 1, box = (float[])[0, 0, 9, 6] } } };
        StringAssert.Contains(await service.Error(request), expected);
        Assert.DoesNotContain("GOLDEN", service.Log);
    }

    [TestMethod]
    public async Task The_command_segments_one_series()
    {
        await using var server = await OrthancServer.Start();
        using var folder = new TemporaryFolder();
        PacsSeriesFiles.Write(folder.Path);
        var series = await server.Upload(folder.Path);
        Environment.SetEnvironmentVariable("SEGSAM_PACS__USER", OrthancServer.User);
        Environment.SetEnvironmentVariable("SEGSAM_PACS__PASSWORD", OrthancServer.Password);
        try
        {
            string[] command = ["series", series, "--server", server.DicomWeb.ToString(), "--slice", "1", "--box", "10,12,34,36"];
            using var output = new StringWriter();
            using var error = new StringWriter();
            Assert.AreEqual(0, await PacsCommand.Run(command, output, error, CancellationToken.None), error.ToString());
            Assert.AreEqual(0, await PacsCommand.Run(command, output, error, CancellationToken.None), error.ToString());
            var lines = output.ToString().Trim().ReplaceLineEndings("\n").Split('\n');
            Assert.HasCount(3, lines);
            var stored = lines[1].Replace("stored: series ", "", StringComparison.Ordinal);
            Assert.AreEqual($"was there already: series {stored}", lines[2]);
            StringAssert.Contains(error.ToString(), "files retrieved: 4");
            await CheckStored(server, series, stored.Split(' ')[0], folder.Path, PacsSeriesFiles.Box, slice: 1);
            Assert.AreEqual(1, await PacsCommand.Run(["series", "1.2.3", .. command[2..]], output, error, CancellationToken.None));
            StringAssert.Contains(error.ToString(), "The server has no such series.");
        }
        finally
        {
            Environment.SetEnvironmentVariable("SEGSAM_PACS__USER", null);
            Environment.SetEnvironmentVariable("SEGSAM_PACS__PASSWORD", null);
        }
    }

    // The server's own reader says what the file refers to; the voxels must be those of the same prediction on the files themselves.
    private static async Task CheckStored(OrthancServer server, string series, string segmentation, string folder, float[] box, int slice)
    {
        using var predictor = SegSamPredictor.Load(ShippedModel.Find());
        using var volume = MedicalVolume.Load(folder);
        var expected = new SegSamVolumePredictor(predictor).Predict(volume, slice, SegSamPrompt.Box(box[0], box[1], box[2], box[3]),
            new() { Plane = SlicePlane.Stored }).Labels;
        using var back = new TemporaryFolder();
        var file = Path.Combine(back.Path, "back.dcm");
        await File.WriteAllBytesAsync(file, await server.Only(segmentation));
        var labels = LabelVolume.LoadSegmentation(file, volume);
        var voxels = TinyDicom.Voxels(labels);
        CollectionAssert.AreEqual(TinyDicom.Voxels(expected), voxels);
        Assert.Contains(1, voxels);
        Assert.AreEqual(expected.Names[1], labels.Names[1]);

        var (found, images) = (await server.OnlyTags(segmentation), await server.Tags(series));
        var reference = found.GetProperty("ReferencedSeriesSequence").EnumerateArray().Single();
        Assert.AreEqual(series, reference.GetProperty("SeriesInstanceUID").GetString());
        CollectionAssert.AreEquivalent(images.Select(image => image.GetProperty("SOPInstanceUID").GetString()).ToList(),
            reference.GetProperty("ReferencedInstanceSequence").EnumerateArray()
                .Select(image => image.GetProperty("ReferencedSOPInstanceUID").GetString()).ToList());
        foreach (var same in (string[])["FrameOfReferenceUID", "StudyInstanceUID", "PatientID", "PatientName", "PatientBirthDate"])
            Assert.AreEqual(images[0].GetProperty(same).GetString(), found.GetProperty(same).GetString(), same);
        StringAssert.Contains(found.GetProperty("SeriesDescription").GetString()!, $"{expected.Names[1]}, unreviewed (SEG-SAM ");
    }
}
