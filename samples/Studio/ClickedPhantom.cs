using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Phantoms;

namespace Studio;

/// <summary>A phantom's row with room for clicks, so that a model is made for them too.</summary>
internal sealed class ClickedPhantom(PhantomRow row)
{
    // An image column of any size: [ImageType] exists only for one fixed size.
    static ClickedPhantom() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    public string ImageId => row.ImageId;

    public MLImage Image => row.Image;

    [VectorType(4)]
    public float[] Box => row.Box;

    /// <summary>None: training draws clicks from the masks.</summary>
    [VectorType]
    public float[] Points { get; } = [];

    [VectorType]
    public float[] PointLabels { get; } = [];

    public MLImage Mask => row.Mask;

    public string Category => row.Category;

    public string Description => row.Description;

    public static IDataView Load(MLContext ml, IReadOnlyList<PhantomSlice> slices) =>
        ml.Data.LoadFromEnumerable(slices.SelectMany(slice => slice.Objects.Select(found => new ClickedPhantom(new PhantomRow(slice, found)))));
}
