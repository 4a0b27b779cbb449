using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Propagation;

using static FittedModel;

[TestClass]
public sealed class VolumePredictorTests
{
    [TestMethod]
    public async Task Labels_lie_on_the_grid_of_the_volume_and_are_the_predictors_masks()
    {
        using var folder = new TemporaryFolder();
        using var volume = Load(folder);
        using var predictor = new SegSamPredictor(Shared);
        var options = new VolumePredictionOptions { MinPixels = 1, MinOverlap = 0, MaxGrowth = 100, MinPredictedIoU = 0 };
        var progress = new Progress();
        var volumes = new SegSamVolumePredictor(predictor);
        var found = volumes.Predict(volume, 3, SegSamPrompt.Box(10, 10, 30, 28), options, progress);
        Assert.AreEqual(volume.Geometry, found.Labels.Geometry);
        var slice = found.Objects.Single().Slices.Single(slice => slice.IsPrompted);
        using var picture = volume.ReadSlice(SlicePlane.Axial, 3).ToImage();
        using var image = predictor.Encode(picture);
        var expected = predictor.Predict(image, SegSamPrompt.Box(10, 10, 30, 28));
        CollectionAssert.AreEqual(expected.Mask.Counts.ToArray(), slice.Mask.Counts.ToArray());
        CollectionAssert.AreEqual(expected.Mask.Counts.ToArray(), found.Labels.ReadMask(1, SlicePlane.Axial, 3).Counts.ToArray());
        Assert.AreEqual(found.Objects[0].Category, found.Labels.Names[1]);
        Assert.AreEqual(progress.Reports.Count, progress.Reports[^1].SlicesDone);
        var again = await volumes.PredictAsync(volume, [new(3, SegSamPrompt.Box(10, 10, 30, 28))], options);
        Assert.AreEqual(found.ToString(), again.ToString());
        var path = Path.Combine(folder.Path, "labels.nii.gz");
        found.Labels.Save(path);
        Assert.AreEqual(found.Labels.Volumes[1], LabelVolume.Load(path).Volumes[1], 1e-6);
    }

    [TestMethod]
    public void A_box_is_asked_for_in_its_middle_and_ends_at_its_ends()
    {
        using var folder = new TemporaryFolder();
        using var volume = Load(folder);
        using var predictor = new SegSamPredictor(Shared);
        var found = new SegSamVolumePredictor(predictor).Predict(volume, new VolumeBox(10, 10, 2, 30, 28, 5),
            new() { MinPixels = 1, MinOverlap = 0, MaxGrowth = 100, MinPredictedIoU = 0 });
        Assert.IsTrue(found.Objects[0].Slices.All(slice => slice.Slice is >= 2 and <= 5));
        Assert.AreEqual(3, found.Objects[0].Slices.Single(slice => slice.IsPrompted).Slice);
    }

    [TestMethod]
    [DataRow(ModelPrompts.Box, false, PromptProjection.Box)]
    [DataRow(ModelPrompts.Box | ModelPrompts.Points, false, PromptProjection.Box)]
    [DataRow(ModelPrompts.Box | ModelPrompts.Mask, false, PromptProjection.BoxAndMask)]
    [DataRow(ModelPrompts.Box | ModelPrompts.Mask, true, PromptProjection.Box)]
    [DataRow(ModelPrompts.Points | ModelPrompts.Mask, false, PromptProjection.Point)]
    public void Objects_are_followed_by_what_the_model_was_trained_with(ModelPrompts known, bool inBox, PromptProjection expected)
    {
        using var folder = new TemporaryFolder();
        using var volume = Load(folder);
        using var predictor = new SegSamPredictor(With(Shared.Model.Description with { Prompts = known }));
        Assert.AreEqual(Follow(expected), Follow(PromptProjection.Automatic));
        Assert.AreEqual(4, Enum.GetValues<PromptProjection>().Except([PromptProjection.Automatic]).Select(Follow).Distinct().Count());

        string Follow(PromptProjection projection) => string.Join(' ', new SegSamVolumePredictor(predictor).Predict(volume,
            [inBox ? VolumePrompt.Within(new(10, 10, 1, 30, 28, 6)) : new(3, SegSamPrompt.Box(10, 10, 30, 28))],
            new() { Projection = projection, MinPixels = 1, MinOverlap = 0, MaxGrowth = 100, MinPredictedIoU = 0 })
            .Objects[0].Slices.Select(slice => FormattableString.Invariant($"{slice.Slice}:{slice.PredictedIoU}")));
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_and_says_where()
    {
        using var folder = new TemporaryFolder();
        using var volume = Load(folder);
        using var predictor = new SegSamPredictor(Shared);
        var volumes = new SegSamVolumePredictor(predictor);
        var prompt = SegSamPrompt.Box(10, 10, 30, 28);
        string Message<T>(Action run) where T : Exception => Assert.ThrowsExactly<T>(run).Message;
        StringAssert.Contains(Message<ArgumentOutOfRangeException>(() => volumes.Predict(volume, 8, prompt)), "8 Axial slices");
        StringAssert.Contains(Message<ArgumentException>(() => volumes.Predict(volume, 2, SegSamPrompt.Point(90, 3))), "Slice 2: ");
        StringAssert.Contains(Message<ArgumentException>(() => volumes.Predict(volume, [])), "no prompts");
        StringAssert.Contains(
            Message<ArgumentOutOfRangeException>(() => volumes.Predict(volume, new VolumeBox(1, 1, 3, 9, 9, 8))), "8 Axial slices");
        StringAssert.Contains(
            Message<ArgumentOutOfRangeException>(() => volumes.Predict(volume, new VolumeBox(1, 1, 3, 9, 9, 2))), "3 to 2");
        StringAssert.Contains(Message<ArgumentOutOfRangeException>(() => volumes.Predict(volume, 2, prompt, new() { MaxGrowth = 0.5 })),
            "MaxGrowth: expected more than 1");
    }

    private static MedicalVolume Load(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "image.nii.gz");
        TinyNifti.Write(path, 40, 36, 8, [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0],
            (i, j, k) => (short)(Math.Pow(i - 20, 2) + Math.Pow(j - 19, 2) < 80 - k ? 120 : -80));
        return MedicalVolume.Load(path);
    }

    private sealed class Progress : IProgress<VolumeProgress>
    {
        public List<VolumeProgress> Reports { get; } = [];

        public void Report(VolumeProgress value) => Reports.Add(value);
    }
}
