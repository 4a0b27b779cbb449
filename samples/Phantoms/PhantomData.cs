using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Phantoms;

/// <summary>Slices as ML.NET data.</summary>
public static class PhantomData
{
    // An image column of any size: [ImageType] exists only for one fixed size.
    static PhantomData() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    /// <summary>One row per object: ImageId, Image, Box, Points, PointLabels, Mask, Category, Description. Every pass enumerates the
    /// slices again and creates the images as it goes, so pass a list if generating the slices again costs more than keeping them.
    /// </summary>
    public static IDataView Load(MLContext ml, IEnumerable<PhantomSlice> slices) =>
        ml.Data.LoadFromEnumerable(slices.SelectMany(slice => slice.Objects.Select(found => new PhantomRow(slice, found))));
}
