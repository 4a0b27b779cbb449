namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Lays out a panel's labels in lines below its image, if there are too many to be placed on it.</summary>
internal static class Legend
{
    private const int MostLabelsOnImage = 6;
    private const int Gap = 4;

    /// <summary>Whether the panel's labels are placed below the image (our choice: more than six would hide it).</summary>
    public static bool IsNeeded(OverlayPanel panel) =>
        panel.Layers.Count(layer => layer.Label is not null) > MostLabelsOnImage;

    /// <summary>The tags and their positions in lines of a width, in font pixels; none if no legend is needed.</summary>
    public static IReadOnlyList<(LabelTag Tag, int X, int Y)> Arrange(OverlayPanel panel, int width, PictureTexts texts)
    {
        if (!IsNeeded(panel))
            return [];
        var places = new List<(LabelTag, int, int)>();
        var (x, y) = (0, Gap);
        foreach (var layer in panel.Layers.Where(layer => layer.Label is not null))
        {
            var tag = LabelTag.For(layer, width, texts);
            if (x > 0 && x + tag.Width > width)
                (x, y) = (0, y + LabelTag.Height);
            places.Add((tag, x, y));
            x += tag.Width + Gap;
        }

        return places;
    }
}
