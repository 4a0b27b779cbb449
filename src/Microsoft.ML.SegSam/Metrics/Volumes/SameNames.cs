using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>Gives labels of two volumes that have the same name the same number.</summary>
internal static class SameNames
{
    /// <summary>
    /// Both volumes with the truth's numbers, and further ones for what only the prediction has. Labels of one name become one.
    /// </summary>
    /// <exception cref="ArgumentException">A label has no name, or the volumes have no name in common.</exception>
    public static (LabelVolume Predicted, LabelVolume Truth) Match(LabelVolume predicted, LabelVolume truth)
    {
        RequireNames(predicted, "prediction", nameof(predicted));
        RequireNames(truth, "truth", nameof(truth));
        var names = new Dictionary<string, (int Number, string Name)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (label, name) in truth.Names.OrderBy(pair => pair.Key))
            names.TryAdd(Plain(name), (label, name));
        if (predicted.Labels.Count > 0 && truth.Labels.Count > 0
            && !predicted.Labels.Any(label => names.ContainsKey(Plain(predicted.Names[label]))))
        {
            throw new ArgumentException($"No name of the prediction ({List(predicted)}) is a name of the truth ({List(truth)}). "
                + "Rename the labels, or compare them by their numbers.", nameof(predicted));
        }

        var most = truth.Names.Keys.Append(0).Max();
        foreach (var name in predicted.Labels.Select(label => predicted.Names[label]))
        {
            if (!names.ContainsKey(Plain(name)))
                names[Plain(name)] = (++most, name);
        }

        return (Numbered(predicted), Numbered(truth));

        LabelVolume Numbered(LabelVolume volume) => volume.Renumbered(
            volume.Labels.ToDictionary(label => label, label => names[Plain(volume.Names[label])].Number),
            names.Values.ToDictionary(name => name.Number, name => name.Name));
    }

    private static void RequireNames(LabelVolume volume, string what, string parameter)
    {
        if (volume.Labels.Where(label => string.IsNullOrWhiteSpace(volume.Names.GetValueOrDefault(label))).ToList() is [_, ..] nameless)
        {
            throw new ArgumentException($"Of the {what} these labels have no name: {string.Join(", ", nameless)}. Labels are compared by "
                + "their names only where all have one: name them, or compare by numbers.", parameter);
        }
    }

    // As categories are named after files: spinal_cord is spinal cord.
    private static string Plain(string name) => name.Trim().Replace('_', ' ');

    private static string List(LabelVolume volume) => string.Join(", ", volume.Labels.Select(label => volume.Names[label]));
}
