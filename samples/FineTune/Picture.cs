using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace FineTune;

/// <summary>One image of a source with its objects; each fold leaves out one.</summary>
/// <param name="source">The source's folder name.</param>
/// <param name="name">The image's name, unique within its source.</param>
/// <param name="load">Decodes the image on first use.</param>
internal sealed class Picture(string source, string name, Func<MLImage> load)
{
    // An image column of any size: [ImageType] exists only for one fixed size.
    static Picture() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    public string Source => source;

    public string Name => name;

    /// <summary>Unique within all sources.</summary>
    public string Key => $"{source}/{name}";

    /// <summary>The same as a file name, without extension.</summary>
    public string FileName { get; set; } = "";

    public MLImage Image => field ??= load();

    public List<ObjectRow> Objects { get; } = [];

    /// <summary>The objects of the pictures as rows: ImageId, Source, Image, Box, Mask, Category.</summary>
    public static IDataView Rows(MLContext ml, IEnumerable<Picture> pictures) =>
        ml.Data.LoadFromEnumerable(pictures.SelectMany(picture => picture.Objects).ToList());
}
