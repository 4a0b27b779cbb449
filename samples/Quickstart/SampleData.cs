using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.Transforms.Image;
using Phantoms;
using SampleKit;

namespace Quickstart;

/// <summary>Training and test rows of one kind of data, with suitable settings.</summary>
/// <param name="Train">Creates the training rows: ImageId, Image, Box, Mask, Category and perhaps Description.</param>
/// <param name="Test">Creates the test rows, with the same columns.</param>
/// <param name="MeasuredOn">A description of the test data.</param>
/// <param name="Images">Number of training images.</param>
/// <param name="Prompts">Number of training objects.</param>
/// <param name="InputSize">Side of the network's input; null for the preset's.</param>
/// <param name="PromptsPerImage">Objects of one image in a step.</param>
/// <param name="Epochs">Enough epochs for good masks.</param>
/// <param name="LeftOut">Items that cannot be used.</param>
internal sealed record SampleData(Func<MLContext, IDataView> Train, Func<MLContext, IDataView> Test, string MeasuredOn, int Images,
    int Prompts, int? InputSize, int PromptsPerImage, int Epochs, IReadOnlyList<LeftOutItem> LeftOut)
{
    private const int TrainingSlices = 300, TestSlices = 60;

    // For image columns of any size.
    static SampleData() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    public bool HasDescriptions => Has("Description");

    public string Summary => string.Join(Environment.NewLine, [$"{Images} training images with {Prompts} objects.", .. LeftOut]);

    /// <summary>Synthetic slices; the test slices have another seed.</summary>
    public static SampleData Phantoms(int seed)
    {
        var train = PhantomGenerator.Create(seed, TrainingSlices).ToList();
        var test = PhantomGenerator.Create(seed + 1_000_003, TestSlices).ToList();
        return new(ml => PhantomData.Load(ml, train), ml => PhantomData.Load(ml, test), $"Held-out phantoms ({TestSlices} slices)",
            train.Count, train.Sum(slice => slice.Objects.Count), InputSize: null, PromptsPerImage: 5, Epochs: 12, LeftOut: []);
    }

    /// <summary>Real slices in SAM-Med2D layout, tested on the training slices themselves.</summary>
    public static SampleData Folder(string folder)
    {
        var leftOut = new LeftOut(isStrict: false);
        var rows = SamMed2DFolder.Read(folder, leftOut, (_, _) => { }, CancellationToken.None).Where(row => row.Split != "test").ToList();
        if (rows.Count == 0 && leftOut.Items.Count > 0)
            throw leftOut.Nothing(folder);
        if (rows.Count == 0)
            throw new InvalidDataException($"'{folder}' lists no training masks; image2label_train.json must list some.");
        IDataView Load(MLContext ml) => ml.Data.LoadFromEnumerable(rows.Select(row => new FileRow(row)));
        return new(Load, Load,
            "OVERFIT CHECK on the training slices themselves (it shows that training works, not how well the model generalizes)",
            rows.DistinctBy(row => row.ImageId).Count(), rows.Count, InputSize: 256, PromptsPerImage: 20, Epochs: 300, leftOut.Items);
    }

    private bool Has(string column) => Train(new MLContext()).Schema.GetColumnOrNull(column) is not null;

    // Decoded when ML.NET reads the row.
    private sealed class FileRow(SliceRow row)
    {
        public MLImage Image => ImageFile.Read(row.ImagePath);

        public MLImage Mask => ImageFile.Read(row.MaskPath);

        public string ImageId => row.ImageId;

        [VectorType(4)]
        public float[] Box => row.Box;

        public string Category => row.Category;
    }
}
