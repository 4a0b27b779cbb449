using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Volumes;

using static FittedModel;

/// <summary>DICOM files where image files are expected: in columns, and by path.</summary>
[TestClass]
public sealed class PictureFileTests : IDisposable
{
    private static readonly float[] Box = [1, 1, 6, 4];
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public PictureFileTests()
    {
        TinyDicom.WriteSeries(_folder.Path, [3], elements => elements.Bytes(ElementKind.Pixels,
            [.. Enumerable.Range(0, TinyDicom.Columns * TinyDicom.Rows + 1).Select(i => (byte)(i * 7))]));
        _path = Path.Combine(_folder.Path, "0.dcm");
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(null)]
    [DataRow("lung")]
    public void Predictor_pipeline_and_volume_show_a_model_the_same(string? window)
    {
        var model = With(Shared.Model.Description with
        {
            Options = TinyData.Options("Box"), Slices = window is null ? null : new(SlicePlane.Axial, window),
        });
        using var volume = MedicalVolume.Load(_path);
        using var picture = volume.ReadSlice(SlicePlane.Axial, 0).ToImage(window is null ? null : IntensityWindow.Parse(window));
        using var predictor = new SegSamPredictor(model);
        using var expected = predictor.Encode(picture);
        using var found = predictor.Encode(_path);
        Assert.AreEqual(expected.ImageDigest, found.ImageDigest);
        var answer = predictor.Predict(found, SegSamPrompt.Box(Box[0], Box[1], Box[2], Box[3]));
        Row[] rows = [new() { Image = File.ReadAllBytes(_path), Box = Box }];
        var scored = model.Transform(Ml.Data.LoadFromEnumerable(rows));
        Assert.AreEqual(answer.PredictedIoU, scored.GetColumn<float>("PredictedIoU").Single());
    }

    [TestMethod]
    public void Files_of_several_frames_are_refused_by_row_and_by_name()
    {
        TinyDicom.WriteSeries(_folder.Path, [3], elements => elements.Text(ElementKind.Frames, "2")
            .Bytes(ElementKind.Pixels, new byte[2 * TinyDicom.Columns * TinyDicom.Rows]));
        using var predictor = new SegSamPredictor(Shared);
        var message = Assert.ThrowsExactly<NotSupportedException>(() => predictor.Encode(_path)).Message;
        StringAssert.Contains(message, "0.dcm': The DICOM file has 2 frames; an image has one. Open the file by MedicalVolume.Load");
        var model = With(TinyData.Options("Box"));
        Row[] rows = [new() { Image = File.ReadAllBytes(_path), Box = Box }];
        message = Assert.ThrowsExactly<InvalidOperationException>(() =>
            model.Transform(Ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("PredictedIoU").Single()).Message;
        StringAssert.Contains(message, "row 0");
        StringAssert.Contains(message, "MedicalVolume.Load");
    }

    [TestMethod]
    public void A_mask_is_no_DICOM_file() => StringAssert.Contains(
        Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.ReadMask(_path, out _)).Message, "it is DICOM");

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        [VectorType(4)]
        public float[] Box { get; set; } = [];
    }
}
