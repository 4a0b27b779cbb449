using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests;

using static FittedModel;

[TestClass]
public sealed class TorchPredictorTests : PredictorTests
{
    private protected override SegSamTransformer Model => Shared;

    [TestMethod]
    public void Equal_weights_are_the_same_model()
    {
        using var image = Predictor.Encode(Rows[0].Image!);
        var prompt = Prompt(Rows[0], box: true, click: true, mask: false);
        var same = new SegSamPredictor(With(Shared.Model.Options, Shared.Model.Preprocessing));
        CollectionAssert.AreEqual(
            Predictor.Predict(image, prompt).LowResLogits.ToArray(), same.Predict(image, prompt).LowResLogits.ToArray());
    }

    [TestMethod]
    public void An_answer_that_is_no_number_is_an_error()
    {
        using var network = new SegSamNetwork(Shared.Model.Network.Config).Initialize(1);
        using (torch.no_grad())
        {
            foreach (var (_, weight) in network.named_parameters()
                .Where(weight => weight.name.StartsWith("mask_decoder.", StringComparison.Ordinal)))
                weight.fill_(float.NaN);
        }

        using var spoiled = new SegSamPredictor(new SegSamTransformer(new(Shared.Model.Description, network, TorchDevice.Choose(Ml))));
        using var image = spoiled.Encode(Rows[0].Image!);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            spoiled.Predict(image, Prompt(Rows[0], box: true, click: false, mask: false))).Message, "predicts NaN");
    }

    [TestMethod]
    public void A_hundred_predictions_leave_no_tensors()
    {
        using var image = Predictor.Encode(Rows[0].Image!);
        Predictor.Predict(image, SegSamPrompt.Point(5, 5), multimask: true);
        var before = CountLiveTensors();
        for (var i = 0; i < 100; i++)
            _ = Predictor.Predict(image, SegSamPrompt.Point(i % 60, 5), multimask: true).Mask;
        Assert.AreEqual(before, CountLiveTensors());
    }
}
