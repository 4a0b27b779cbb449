namespace Microsoft.ML.SegSam.Slices;

/// <summary>
/// An object on a slice, as files: the image's and the mask's, in the layout of SAM-Med2D or SA-Med2D-20M, and what their names say.
/// </summary>
/// <remarks>
/// The folder holds images/, masks/ and lists that pair them: image2label_train.json and SAMed2D_v1.json (from an image to its masks),
/// label2image_test.json (from a mask to its image). A mask is called IMAGE_CATEGORY_COMPONENT.png with a component of three digits, or
/// IMAGE--CLASS_COMPONENT.png. Sources: OpenGVLab/SAM-Med2D, data_demo; arXiv 2311.11969.
/// </remarks>
public sealed record SliceFiles
{
    /// <summary>The list of SA-Med2D-20M, a JSON object from the path of each image to the paths of its masks.</summary>
    public const string ListName = "SAMed2D_v1.json";

    /// <summary>The image's path within the folder, such as images/a.png; no two images share one.</summary>
    public required string ImageId { get; init; }

    /// <summary>The image's file.</summary>
    public required string ImagePath { get; init; }

    /// <summary>The mask's file.</summary>
    public required string MaskPath { get; init; }

    /// <summary>
    /// As the mask's name says it, with spaces for underscores; the name of a class number where <see cref="ClassNames"/> has one.
    /// </summary>
    public required string Category { get; init; }

    /// <summary>"train" or "test", by the list that has the mask; empty where the list has no splits.</summary>
    public required string Split { get; init; }

    /// <summary>What the image's name says.</summary>
    public required SliceName Name { get; init; }

    /// <summary>Whether a folder has one of the lists.</summary>
    public static bool AreIn(string folder) => SamMed2DFolder.ListIn(folder) is not null;

    /// <summary>The listed masks, each with its image; no image is opened.</summary>
    /// <param name="folder">
    /// Holds at least one of the lists. Their paths are their author's: of each, the longest end counts that exists in the folder.
    /// </param>
    /// <param name="skip">
    /// Receives the error of each mask that is missing or whose name does not fit, which is then left out; null: the first is thrown.
    /// </param>
    /// <returns>In the order of the lists: training, SA-Med2D-20M, test.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no list; or a listed file is missing.</exception>
    /// <exception cref="IOException">A list cannot be read.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON; or a mask's name does not fit its image's.</exception>
    public static IReadOnlyList<SliceFiles> Find(string folder, Action<Exception>? skip = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return SamMed2DFolder.Find(folder, skip);
    }
}
