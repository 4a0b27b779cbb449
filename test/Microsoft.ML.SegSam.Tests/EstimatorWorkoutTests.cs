using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

[TestClass]
public sealed class EstimatorWorkoutTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    [DataRow("Image", "Box", null, null)]
    [DataRow("File", "Box", null, null)]
    [DataRow("Image", null, "Points", null)]
    [DataRow("File", "Box", "Points", null)]
    [DataRow("Image", "Box", null, "MaskPrompt")]
    [DataRow("Image", null, null, "MaskPrompt")]
    [DataRow("File", "Box", "Points", "MaskPrompt")]
    public void Estimator_and_transformer_do_what_ML_NET_expects(string image, string? box, string? points, string? maskPrompt)
    {
        var options = TinyData.Options(box, points, maskPrompt, image);
        var training = TinyData.Load(Ml, TinyData.Rows(images: 2));
        var scoring = TinyData.Load(Ml, TinyData.RowsWithGaps());
        var invalid = Ml.Transforms.DropColumns(image).Fit(scoring).Transform(scoring);
        EstimatorWorkout.Run(Ml, Ml.Transforms.SegSam(options), training, scoring, invalid);
    }

    [TestMethod]
    public void A_prompt_column_of_another_type_is_invalid_too()
    {
        var training = TinyData.Load(Ml, TinyData.Rows(images: 1));
        var invalid = Ml.Transforms.CopyColumns("Box", "Number").Fit(training).Transform(training);
        EstimatorWorkout.Run(Ml, Ml.Transforms.SegSam(TinyData.Options()), training, training, invalid);
    }

    [TestMethod]
    public void Columns_that_bear_an_output_name_are_hidden_not_lost()
    {
        var training = TinyData.Load(Ml, TinyData.Rows(images: 1));
        var data = Ml.Transforms.CopyColumns("MaskSize", "Number").Fit(training).Transform(training);
        var invalid = Ml.Transforms.DropColumns("Box").Fit(data).Transform(data);
        EstimatorWorkout.Run(Ml, Ml.Transforms.SegSam(TinyData.Options()), data, data, invalid);
    }
}
