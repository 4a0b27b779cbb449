using Microsoft.ML.SegSam.Slices;

namespace SegSam.Cli.Sources;

/// <summary>The image that a mask belongs to, and the parts of the mask's folders and name that the image does not have.</summary>
/// <param name="Name">null if mask and image have the same name.</param>
internal sealed record MaskOwner(DataPicture Image, IReadOnlyList<string> Folders, MaskName? Name);

/// <summary>Finds the image of a mask by folders and name.</summary>
internal sealed class ImageIndex(IReadOnlyList<DataPicture> images)
{
    private readonly ILookup<string, DataPicture> _byName = images.ToLookup(image => image.Name, StringComparer.Ordinal);
    private readonly HashSet<string> _folders = [.. images.SelectMany(image => image.Folders)];

    /// <summary>The image with the mask's name.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public MaskOwner? Same(DataPicture mask) => Find(mask, [(mask.Name, null)]);

    /// <summary>The image with the mask's name, or with the start of it: of a and a_b, the mask a_b_liver belongs to the latter.</summary>
    /// <exception cref="InvalidDataException">There are several.</exception>
    public MaskOwner? Of(DataPicture mask) => Find(mask,
    [
        (mask.Name, null),
        .. Enumerable.Range(1, Math.Max(0, mask.Name.Length - 2)).Reverse().Select(length => mask.Name[..length]).Where(_byName.Contains)
            .Select(image => (Image: image, Name: MaskName.Of(image, mask.Name))).Where(candidate => candidate.Name is not null),
    ]);

    private MaskOwner? Find(DataPicture mask, IReadOnlyList<(string Image, MaskName? Name)> candidates)
    {
        foreach (var (image, name) in candidates)
        {
            var nearest = _byName[image].Select(owner => new { Image = owner, Folders = Rest(mask.Folders, owner.Folders) })
                .Where(owner => owner.Folders is not null).GroupBy(owner => owner.Folders!.Count).MinBy(group => group.Key);
            if (nearest is not null)
                return new(Only([.. nearest.Select(owner => owner.Image)]), nearest.First().Folders!, name);
        }

        // Otherwise: images in folders, but all masks in one folder or by category. A mask in another patient's folder has no image.
        foreach (var (image, name) in candidates)
        {
            if (_byName.Contains(image) && (mask.Folders.Count == 0 || (name is null && !mask.Folders.Any(_folders.Contains))))
                return new(Only([.. _byName[image]]), mask.Folders, name);
        }

        return null;
    }

    private static DataPicture Only(IReadOnlyList<DataPicture> found) => found is [var only] ? only
        : throw new InvalidDataException($"Several images are called '{found[0].Name}': "
            + $"{string.Join(", ", found.Select(image => image.Path))}. Put masks into matching folders, or give the images unique names.");

    // The extra folders: p1/liver/left has liver beyond p1/left. Null if the image is elsewhere.
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
