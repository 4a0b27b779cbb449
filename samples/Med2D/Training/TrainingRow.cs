using Med2D.Tables;

namespace Med2D.Training;

/// <summary>One object as the library trains on it; the files are read on each access. Boxes and points come from the mask.</summary>
internal sealed class TrainingRow(ObjectRow row, string description)
{
    /// <summary>The image's file.</summary>
    public byte[] Image => File.ReadAllBytes(row.ImagePath);

    /// <summary>The mask's file.</summary>
    public byte[] Mask => File.ReadAllBytes(row.MaskPath);

    public string Category => ObjectTable.NameOf(row.Category);

    /// <summary>Read only where the run shuffles descriptions.</summary>
    public string Description => description;

    public string ImageId => row.ImageId;

    public string Source => row.Source;

    /// <summary>Empty: tight around the mask.</summary>
    public float[] Box { get; } = [];

    /// <summary>Empty: drawn from the mask.</summary>
    public float[] Points { get; } = [];

    /// <summary>Empty likewise.</summary>
    public float[] PointLabels { get; } = [];
}
