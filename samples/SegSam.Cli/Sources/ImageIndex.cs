using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>The image that a mask belongs to, and what is left of the mask's folders and name without the image's.</summary>
/// <param name="Name">null where mask and image have one name.</param>
internal sealed record MaskOwner(DataPicture Image, IReadOnlyList<string> Folders, MaskName? Name);

/// <summary>Finds the image of a mask by folders and name.</summary>
internal sealed class ImageIndex(IReadOnlyList<DataPicture> images)
{
    private readonly ILookup<string, DataPicture> _byName = images.ToLookup(image => image.Name, StringComparer.Ordinal);
    private readonly HashSet<string> _folders = [.. images.SelectMany(image => image.Folders)];

    /// <summary>The image that is called like the mask.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public MaskOwner? Same(DataPicture mask) => Find(mask, [(mask.Name, null)]);

    /// <summary>The image that is called like the mask, or like the beginning of its name: of a and a_b, a_b_liver belongs to the latter.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public MaskOwner? Of(DataPicture mask) => Find(mask,
    [
        (mask.Name, null),
        .. Enumerable.Range(1, Math.Max(0, mask.Name.Length - 2)).Reverse().Select(length => mask.Name[..length]).Where(_byName.Contains)
            .Select(image => (image, MaskName.Of(image, mask.Name))).Where(each => each.Item2 is not null),
    ]);

    private MaskOwner? Find(DataPicture mask, IReadOnlyList<(string Image, MaskName? Name)> called)
    {
        foreach (var (image, name) in called)
        {
            var beside = _byName[image].Select(each => new { Image = each, Folders = Rest(mask.Folders, each.Folders) })
                .Where(each => each.Folders is not null).GroupBy(each => each.Folders!.Count).MinBy(group => group.Key);
            if (beside is not null)
                return new(Only([.. beside.Select(each => each.Image)]), beside.First().Folders!, name);
        }

        // Elsewhere: images in folders, all masks in one or by category. A mask in another patient's folder belongs to none.
        foreach (var (image, name) in called)
        {
            if (_byName.Contains(image) && (mask.Folders.Count == 0 || (name is null && !mask.Folders.Any(_folders.Contains))))
                return new(Only([.. _byName[image]]), mask.Folders, name);
        }

        return null;
    }

    private static DataPicture Only(IReadOnlyList<DataPicture> found) => found is [var one] ? one
        : throw new InvalidDataException($"Several images are called '{found[0].Name}': {string.Join(", ", found.Select(image => image.Path))}. "
            + "Put masks into folders like theirs, or give images names of their own.");

    // What p1/liver/left has more than p1/left: liver. Null where the image lies elsewhere.
    private static IReadOnlyList<string>? Rest(IReadOnlyList<string> mask, IReadOnlyList<string> image)
    {
        var more = mask.Count - image.Count;
        for (var cut = 0; more >= 0 && cut <= image.Count; cut++)
        {
            if (mask.Take(cut).Concat(mask.Skip(cut + more)).SequenceEqual(image))
                return [.. mask.Skip(cut).Take(more)];
        }

        return null;
    }
}
