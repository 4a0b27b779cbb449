using Med2D.Scoring;
using Med2D.Tables;
using Med2D.Training;
using Microsoft.ML.SegSam.Imaging;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Med2D.UNets;

/// <summary>Scores U-Nets, one for each source, with what they have: no prompts, and no names to choose.</summary>
/// <remarks>
/// A U-Net cannot tell instances apart, but a prompted model is shown where the object is. To be fair to the U-Net, "box" compares its
/// mask of the object's true category, cut to the box, with the object; it is told the category, so that it has no class accuracy, and
/// its binary and semantic figures are the same. "unprompted" is what U-Nets are made for: the whole mask of a category against all of
/// the category's objects in the image. The presence score of a category is the highest probability of a pixel. A source without a U-Net,
/// and a category that it was not trained on, count as unknown, without a mask.
/// </remarks>
internal sealed class UNetScorer : IScoredModel
{
    private readonly RunRecord _run;
    private readonly string _folder;
    private (string Source, UNet Network)? _open; // images come source by source

    /// <param name="folder">What 'train --form u-nets' wrote.</param>
    /// <exception cref="InvalidDataException">The folder holds something else, or an unfinished run.</exception>
    public UNetScorer(string folder)
    {
        _folder = folder;
        _run = RunRecord.Find(folder) is { } run && run.Settings.Form == Forms.NameOf(Form.UNets) ? run
            : throw new InvalidDataException($"'{folder}' holds no U-Nets; expected a folder that 'train --form u-nets' wrote.");
        if (_run.Finished is null)
            throw new InvalidDataException($"The run in '{folder}' is unfinished; repeat the command that began it.");
        Sha256 = Digests.OfFile(RunRecord.PathIn(folder));
    }

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_folder)));

    /// <summary>Of run.json, which has the checksums of all weights.</summary>
    public string Sha256 { get; }

    public IReadOnlyList<string> Prompts => [PromptNames.Box, PromptNames.Unprompted];

    public IEnumerable<(string Prompt, ObjectScore Score)> Score(
        ImageObjects image, IReadOnlyList<bool[]> truths, CancellationToken cancel)
    {
        var (masks, width) = (Predict(image), image.Objects[0].Prompt.Width);
        foreach (var ((_, prompt), truth) in image.Objects.Zip(truths))
        {
            var mask = masks.TryGetValue(prompt.Category, out var found) ? Inside(found.Mask, prompt.Box, width) : null;
            yield return (PromptNames.Box, ScoreOf(prompt.Category, mask, truth));
        }

        foreach (var category in image.Objects.Select(item => item.Row.Category).Distinct())
        {
            var mask = masks.TryGetValue(category, out var found) ? found.Mask : null;
            yield return (PromptNames.Unprompted, ScoreOf(category, mask, Union(image.All.Where(row => row.Category == category))));
        }

        ObjectScore ScoreOf(string category, bool[]? mask, bool[] truth)
        {
            var agreement = mask is null ? (MaskAgreement?)null : MaskAgreement.Of(mask, truth, width);
            var presence = image.Presence(category, other => masks.TryGetValue(other, out var found) ? found.Most : null);
            return new(agreement, agreement?.Dice, ClassAccuracy: null, presence) { IsUnknown = mask is null };
        }
    }

    public IReadOnlyList<(bool[]? Mask, string Label)> Masks(ImageObjects image)
    {
        var masks = Predict(image);
        return
        [
            .. image.Objects.Select(item => masks.TryGetValue(item.Row.Category, out var found)
                ? (Inside(found.Mask, item.Prompt.Box, item.Prompt.Width), "") : ((bool[]?)null, "")),
        ];
    }

    public void Dispose() => _open?.Network.Dispose();

    // Of each category the pixels at the size of the image, and the highest probability of a pixel.
    private Dictionary<string, (bool[] Mask, double Most)> Predict(ImageObjects image)
    {
        if (_run.Models.GetValueOrDefault(image.Source)?.Categories is not { } categories)
            return [];
        var (height, width) = (image.Objects[0].Prompt.Height, image.Objects[0].Prompt.Width);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var network = Network(image.Source);
        var probabilities = network.call(UNetImages.Load(image.ImagePath, _run.Settings.Input!.Value)).sigmoid(); // [1,K,S,S]
        var masks = functional.interpolate(probabilities, [height, width], mode: InterpolationMode.Bilinear, align_corners: false)
            .gt(Numbers.Half);
        return categories.Index().ToDictionary(category => category.Item, category => (
            masks[0, category.Index].contiguous().data<bool>().ToArray(), (double)probabilities[0, category.Index].max().item<float>()));
    }

    private UNet Network(string source)
    {
        if (_open is { } open && open.Source == source)
            return open.Network;
        _open?.Network.Dispose();
        var model = _run.Models[source];
        var network = new UNet(model.Categories!.Count, seed: 0);
        network.load(Path.Combine(_folder, model.File));
        network.eval();
        _open = (source, network);
        return network;
    }

    private static bool[] Inside(bool[] mask, IReadOnlyList<int> box, int width)
    {
        var inside = new bool[mask.Length];
        for (var y = box[1]; y < box[3]; y++)
            Array.Copy(mask, y * width + box[0], inside, y * width + box[0], box[2] - box[0]);
        return inside;
    }

    private static bool[] Union(IEnumerable<ObjectRow> rows) => rows.Select(row => ImageFile.ReadMask(row.MaskPath, out _).ToPixels())
        .Aggregate((all, mask) => Array.ConvertAll([.. all.Zip(mask)], pair => pair.First || pair.Second));
}
