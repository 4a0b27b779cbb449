using Microsoft.ML.SegSam.Losses;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Losses;

/// <summary>Categories of the prompted object and of the others (method, 5.2, 5.3 and 11.5). Index K is "no object".</summary>
[TestClass]
public sealed class CategoryLossTests
{
    [TestMethod]
    public void Set_prediction_of_three_tokens_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        // Two categories. Token 1 believes most in category 0, token 2 in category 1; token 0 is left for "no object".
        var probability = tensor([0.3f, 0.2f, 0.5f, 0.8f, 0.1f, 0.1f, 0.2f, 0.7f, 0.1f], [1, 3, 3]);
        var expected = -(0.1 * Math.Log(0.5) + Math.Log(0.8) + Math.Log(0.7)) / (0.1 + 1 + 1);
        Assert.AreEqual(expected, CategoryLoss.SetPrediction(probability.log(), [[0, 1]]).item<float>(), 1e-6);
        Assert.AreEqual(expected, CategoryLoss.SetPrediction(probability.log(), [[1, 0]]).item<float>(), 1e-6,
            "The order of the targets does not matter.");
    }

    [TestMethod]
    public void Tokens_are_shared_out_for_the_best_total_not_greedily()
    {
        using var scope = NewDisposeScope();
        // Both categories prefer token 0; category 0 can do with token 1, category 1 cannot.
        var probability = tensor([0.5f, 0.45f, 0.05f, 0.4f, 0.05f, 0.55f], [1, 2, 3]);
        var expected = -(Math.Log(0.45) + Math.Log(0.4)) / 2;
        Assert.AreEqual(expected, CategoryLoss.SetPrediction(probability.log(), [[0, 1]]).item<float>(), 1e-6);
    }

    [TestMethod]
    public void Without_other_objects_every_token_learns_no_object()
    {
        using var scope = NewDisposeScope();
        var logits = Normal(1, 2, 4, 6);
        var loss = CategoryLoss.SetPrediction(logits, [[], []]);
        AssertClose(-logits.log_softmax(-1).select(2, 5).mean([1]), loss, 1e-6); // equal weights cancel
    }

    [TestMethod]
    public void Prompted_category_is_plain_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var probability = tensor([0.1f, 0.7f, 0.2f, 0.6f, 0.3f, 0.1f], [2, 3]);
        var loss = CategoryLoss.Prompted(probability.log(), tensor([1L, 0L]));
        Assert.AreEqual(-Math.Log(0.7), loss[0].item<float>(), 1e-6);
        Assert.AreEqual(-Math.Log(0.6), loss[1].item<float>(), 1e-6);
    }

    [TestMethod]
    public void Categories_outside_the_label_set_get_no_gradient_and_the_others_do()
    {
        using var scope = NewDisposeScope();
        var labels = tensor([true, false, true, false, true], [1, 5]);
        foreach (var objective in new Func<Tensor, Tensor>[]
        {
            logits => CategoryLoss.SetPrediction(logits, [[2]]).sum(),
            logits => CategoryLoss.Prompted(logits.select(1, 0), tensor([2L])).sum(),
        })
        {
            var variable = Normal(3, 1, 3, 5).requires_grad_();
            objective(CategoryLoss.Restrict(variable, labels)).backward();
            var perCategory = variable.grad!.abs().sum([0, 1]);
            Assert.IsTrue(perCategory.isfinite().all().item<bool>());
            CollectionAssert.AreEqual(labels[0].data<bool>().ToArray(), (perCategory > 0).data<bool>().ToArray());
        }
    }

    [TestMethod]
    public void Batched_losses_are_those_of_each_prompt_alone()
    {
        using var scope = NewDisposeScope();
        var logits = Normal(5, 3, 4, 6);
        int[][] others = [[0, 3], [], [4, 1, 2]];
        var categories = tensor([2L, 0, 4]);
        var (set, prompted) = (CategoryLoss.SetPrediction(logits, others), CategoryLoss.Prompted(logits.select(1, 0), categories));
        for (var i = 0; i < 3; i++)
        {
            var one = logits.narrow(0, i, 1);
            AssertClose(CategoryLoss.SetPrediction(one, [others[i]]), set.narrow(0, i, 1), 1e-6, "set");
            AssertClose(CategoryLoss.Prompted(one.select(1, 0), categories.narrow(0, i, 1)), prompted.narrow(0, i, 1), 1e-6, "prompted");
        }
    }
}
