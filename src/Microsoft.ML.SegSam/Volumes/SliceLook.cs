using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>
/// How the slices of volumes looked that a model was trained on, and so must look when it predicts. Saved with the model.
/// </summary>
/// <param name="Plane">Which way volumes were cut.</param>
/// <param name="Window">As <see cref="IntensityWindow.Parse"/> reads it; null: <see cref="IntensityWindow.For"/> each volume.</param>
internal sealed record SliceLook(SlicePlane Plane, string? Window)
{
    private const string PlaneAnnotation = "SlicePlane", WindowAnnotation = "SliceWindow"; // of the image column

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
            ? new(value, Text(WindowAnnotation) is { Length: > 0 } window ? window : null) : null;

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
    }

    /// <summary>Plane and window in words.</summary>
    public override string ToString() => $"{Plane} slices, window {Window ?? "of each volume"}";
}
