namespace SegSam.Cli.Tables;

/// <summary>The columns of a training table.</summary>
internal static class TableColumns
{
    public const string ImagePath = nameof(ImagePath), MaskPath = nameof(MaskPath), Category = nameof(Category), ImageId = nameof(ImageId),
        Box = nameof(Box), Points = nameof(Points), PointLabels = nameof(PointLabels), Description = nameof(Description),
        Dataset = nameof(Dataset), CaseId = nameof(CaseId), Modality = nameof(Modality), Split = nameof(Split);

    public const string Help = """
        A table is a text file (CSV with commas, semicolons or tabs) with a line of column names and a line for each object:
          ImagePath, MaskPath, Category   required; paths are relative to the table; the mask has the image's size, white on black
          ImageId                         equal for the objects of one image (default: ImagePath)
          Box                             "x0 y0 x1 y1" in pixels (default: tight around the mask)
          Points, PointLabels             "x y x y ..." and "1 0 ...": points on (1) and outside (0) the object
          Description                     a description of the category's appearance
          Dataset                         rows of one data set share a label set
          CaseId, Modality                patient or volume, kind of image: for the metrics of 'evaluate'
          Split                           such as train or test: see --split
        """;

    public static IReadOnlyList<string> Required { get; } = [ImagePath, MaskPath, Category];

    public static IReadOnlyList<string> All { get; } =
        [ImagePath, MaskPath, Category, ImageId, Box, Points, PointLabels, Description, Dataset, CaseId, Modality, Split];
}
