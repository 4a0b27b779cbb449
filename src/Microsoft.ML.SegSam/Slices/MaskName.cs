using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>The part of a mask's file name that follows the name of its image, as SAM-Med2D and SA-Med2D-20M write it.</summary>
/// <param name="Category">As spelled in the name.</param>
/// <param name="HasComponent">Whether a component number was removed.</param>
/// <param name="IsClassNumber">Whether the category is a class number of SA-Med2D-20M; <see cref="ClassNames"/> names it.</param>
public sealed partial record MaskName(string Category, bool HasComponent, bool IsClassNumber)
{
    /// <summary>Reads IMAGE_CATEGORY, IMAGE_CATEGORY_000 and SA-Med2D-20M's IMAGE--CLASS_000.</summary>
    /// <remarks>
    /// Exactly three digits at the end number the components of a category (SAM-Med2D); other numbers belong to the category: rib_left_1.
    /// </remarks>
    /// <param name="image">The image's file name without its extension.</param>
    /// <param name="mask">The mask's file name without its extension.</param>
    /// <returns>null if the mask's name does not start with the image's.</returns>
    public static MaskName? Of(string image, string mask)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(mask);
        if (!mask.StartsWith(image, StringComparison.Ordinal))
            return null;
        var rest = mask[image.Length..];
        if (ClassNumber().Match(rest) is { Success: true } numbered)
            return new(numbered.Groups[1].Value, HasComponent: true, IsClassNumber: true);
        if (rest.Length < 2 || rest[0] != '_')
            return null;
        return Component().Match(rest) is { Success: true } parts ? new(parts.Groups[1].Value, HasComponent: true, IsClassNumber: false)
            : new(rest[1..], HasComponent: false, IsClassNumber: false);
    }

    [GeneratedRegex(@"^--([0-9]+)_[0-9]+$")]
    private static partial Regex ClassNumber();

    [GeneratedRegex(@"^_(.+)_[0-9]{3}$")]
    private static partial Regex Component();
}
