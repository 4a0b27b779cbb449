using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>Below the root, no class depends on all options: it gets the part that it needs. Messages may name an option.</summary>
[TestClass]
public sealed partial class ArgumentBagTests
{
    // What was saved with a model, as it was made.
    private static readonly string[] MayHoldOptions =
        ["Prediction/ModelDescription.cs", "Prediction/SegSamModel.cs", "Prediction/SegSamModelInfo.cs"];

    [TestMethod]
    public void No_room_takes_all_options() =>
        Assert.IsEmpty(SourceFile.Library
            .Where(file => file.Room is not (SourceFile.Root or "Options") && !MayHoldOptions.Contains(file.Name) && TakesOptions(file))
            .Select(file => $"{file.Name} uses SegSamOptions; give it the part of them that it needs, made in OptionParts.cs."));

    [TestMethod]
    [DataRow("internal sealed class Trainer(SegSamOptions options);", true)]
    [DataRow("private readonly Options.SegSamOptions? _options;", true)]
    [DataRow("if (value is SegSamOptions { Epochs: 0 })", true)]
    [DataRow("/// <summary>See <see cref=\"SegSamOptions.Epochs\"/>.</summary>", false)]
    [DataRow("throw new ArgumentException($\"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Epochs)} is 0.\");", false)]
    [DataRow("var name = nameof(SegSamOptions.Epochs);", false)]
    public void A_use_is_found_however_it_is_written(string line, bool takes) =>
        Assert.AreEqual(takes, TakesOptions(new("Training/New.cs", "Training", line + "\n")));

    private static bool TakesOptions(SourceFile file) =>
        NameOf().Replace(file.Code, "").Contains("SegSamOptions", StringComparison.Ordinal);

    [GeneratedRegex(@"nameof\([\w.]+\)")]
    private static partial Regex NameOf();
}
