using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>
/// How the slices of volumes looked that a model was trained on, and so must look when it predicts. Saved with the model.
/// </summary>
/// <param name="Plane">Which way volumes were cut.</param>
/// <param name="Window">As <see cref="IntensityWindow.Parse"/> reads it; null: <see cref="IntensityWindow.For"/> each volume.</param>
/// <param name="Modalities">
/// DICOM's codes of what made the volumes, such as "CT"; null where that is not known of all, and of models of earlier versions.
/// </param>
internal sealed record SliceLook(SlicePlane Plane, string? Window = null, IReadOnlyList<string>? Modalities = null)
{
    private const string PlaneAnnotation = "SlicePlane", WindowAnnotation = "SliceWindow", ModalitiesAnnotation = "SliceModalities";
    private const char Separator = '\\'; // which no code has

    /// <exception cref="FormatException">The text is no window.</exception>
    public string? Window { get; } = Window is null ? null : IntensityWindow.Parse(Window).ToString();

    /// <summary>The window of a volume.</summary>
    public IntensityWindow Of(MedicalVolume volume) => Window is null ? IntensityWindow.For(volume) : IntensityWindow.Parse(Window);

    /// <summary>What an image column says; null: there is none, or its images are no slices.</summary>
    public static SliceLook? Find(DataViewSchema.Column? column)
    {
        if (column?.Annotations is not { } annotations)
            return null;
        return Text(PlaneAnnotation) is { } plane && Enum.TryParse<SlicePlane>(plane, out var value)
            ? new(value, Text(WindowAnnotation) is { Length: > 0 } window ? window : null,
                Text(ModalitiesAnnotation) is { Length: > 0 } modalities ? modalities.Split(Separator) : null)
            : null;

        string? Text(string name)
        {
            if (annotations.Schema.GetColumnOrNull(name) is not { Type: TextDataViewType })
                return null;
            ReadOnlyMemory<char> text = default;
            annotations.GetValue(name, ref text);
            return text.ToString();
        }
    }

    /// <summary>Says it of a column.</summary>
    public void AddTo(SchemaDefinition.Column column)
    {
        column.AddAnnotation(PlaneAnnotation, Plane.ToString().AsMemory(), TextDataViewType.Instance);
        column.AddAnnotation(WindowAnnotation, (Window ?? "").AsMemory(), TextDataViewType.Instance);
        column.AddAnnotation(ModalitiesAnnotation, string.Join(Separator, Modalities ?? []).AsMemory(), TextDataViewType.Instance);
    }

    /// <summary>How slices looked in a training that continues another; null where both differ in plane or window.</summary>
    public SliceLook? After(SliceLook before) => (Plane, Window) != (before.Plane, before.Window) ? null
        : this with { Modalities = Modalities is null || before.Modalities is null ? null : Sorted([.. Modalities, .. before.Modalities]) };

    /// <summary>Each code once, in order; null where one is not known.</summary>
    public static IReadOnlyList<string>? Sorted(IEnumerable<string?> modalities)
    {
        List<string?> all = [.. modalities.Distinct()];
        return all.Contains(null) ? null : [.. all.Select(modality => modality!).Order(StringComparer.Ordinal)];
    }

    /// <summary>What a person should know before a volume is given to the model.</summary>
    public IReadOnlyList<string> WarningsOf(MedicalVolume volume) =>
        Modalities is not null && volume.Modality is { } modality && !Modalities.Contains(modality)
        ? [$"The model was trained on {string.Join(" and ", Modalities)}, and the volume is {modality}: the model has seen no such images, "
            + "so its masks and names may be wrong."]
        : [];

    /// <summary>Plane and window in words.</summary>
    public override string ToString() => $"{Plane} slices, window {Window ?? "of each volume"}";
}
