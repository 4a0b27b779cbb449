using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Dicom;

namespace Microsoft.ML;

/// <summary>Volumes and slices in ML.NET's catalog of data: <c>ml.Data.LoadSlices(...)</c>.</summary>
public static class SegSamDataCatalog
{
    /// <summary>
    /// Reads volumes as slices. With labels there is a row for each object on each slice; without, a row for each slice.
    /// </summary>
    /// <remarks>
    /// Columns: Image (Vector&lt;Byte&gt;, a PNG file of the window), CaseId, SliceIndex, Spacing (Vector&lt;Single, 2&gt;, mm between
    /// columns and between rows), ImageId, Dataset, Modality; with labels also Box (Vector&lt;Single, 4&gt;), Mask (Vector&lt;Byte&gt;, a
    /// PNG file), Category and PresentCategories (Vector&lt;Text&gt;). Slices are read when a cursor reaches them, one at a time, and each
    /// cursor reads them again. Split by CaseId, so that the slices of a patient stay together. Plane and window are saved with a model
    /// that is trained on the rows, and modalities where they are known of all cases.
    /// </remarks>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="cases">All with labels, or all without; <see cref="VolumeCase.Find"/> finds those of a data set.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentException">There are no cases, or some have labels and others none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IDataView LoadSlices(this DataOperationsCatalog catalog, IEnumerable<VolumeCase> cases, SliceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(cases);
        options = Checked(options);
        var all = cases.ToList();
        if (all.Count == 0)
            throw new ArgumentException("There are no cases.", nameof(cases));
        if (all.Select(item => item.LabelPath is null).Distinct().Count() > 1)
        {
            throw new ArgumentException($"'{all.First(item => item.LabelPath is null).ImagePath}' has no labels, and others have some; "
                + "load those with and those without labels separately.", nameof(cases));
        }

        var modalities = all.Select(item => item.Modality ?? DicomFolder.ModalityOf(item.ImagePath, Path.GetTempPath()));
        var look = new SliceLook(options.Plane, options.Window?.ToString(), SliceLook.Sorted(modalities));
        var reader = new SliceReader(all, options);
        return all[0].LabelPath is null ? Load(catalog, reader.Slices, look) : Load(catalog, reader.Objects, look);
    }

    /// <summary>
    /// Reads a data set: volumes that a dataset.json lists (nnU-Net, the Medical Segmentation Decathlon), as
    /// <see cref="VolumeCase.Find"/> finds them, or else slices that are files, in the layout of SAM-Med2D or SA-Med2D-20M, as
    /// <see cref="SliceFiles.Find"/> finds them.
    /// </summary>
    /// <remarks>
    /// There is a row for each object on each slice, with the columns of the other overload. Of slices that are files, Image and Mask are
    /// the files, read when a cursor reaches them, one image at a time; a column Split holds "train", "test" or nothing, as the lists
    /// have it. Spacing is NaN, because no file says it; CaseId is the image's id where neither its name nor its folder names a patient;
    /// Modality is DICOM's code, empty for names that have none. How such slices were cut is not known, and nothing of it is saved with
    /// a model.
    /// </remarks>
    /// <param name="catalog">The data operations of an <see cref="MLContext"/>.</param>
    /// <param name="folder">The data set's.</param>
    /// <param name="options">Null: the defaults. Of slices that are files only <see cref="SliceOptions.MinPixels"/> applies.</param>
    /// <exception cref="ArgumentException">An option does not apply to slices that are files.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="IOException">There is no such folder, none of these data sets is in it, or a file is missing.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON, or a name does not fit.</exception>
    public static IDataView LoadSlices(this DataOperationsCatalog catalog, string folder, SliceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options = Checked(options);
        return DatasetFolder.IsOne(folder) ? catalog.LoadSlices(VolumeCase.Find(folder), options)
            : Load(catalog, SliceFileReader.Open(folder, options).Objects);
    }

    private static SliceOptions Checked(SliceOptions? options)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinPixels, 1, nameof(SliceOptions.MinPixels));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Every, 1, nameof(SliceOptions.Every));
        return options;
    }

    private static IDataView Load<T>(DataOperationsCatalog catalog, Func<IEnumerable<T>> rows, SliceLook? look = null) where T : SliceRow
    {
        var schema = SchemaDefinition.Create(typeof(T));
        look?.AddTo(schema[nameof(SliceRow.Image)]);
        return catalog.LoadFromEnumerable(Repeat(rows), schema);
    }

    // Begins from the start for each cursor.
    private static IEnumerable<T> Repeat<T>(Func<IEnumerable<T>> rows)
    {
        foreach (var row in rows())
            yield return row;
    }
}
