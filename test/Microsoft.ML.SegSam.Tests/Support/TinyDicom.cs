using System.Text;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Labels;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Writes small DICOM series, and labels on them.</summary>
internal static class TinyDicom
{
    public const int Columns = 7, Rows = 5;
    private const string ImageClass = "1.2.840.10008.5.1.4.1.1.2";

    /// <summary>Axial slices of CT, 0.5 x 0.75 mm, one file each.</summary>
    /// <param name="heights">Of the slices, in mm.</param>
    /// <param name="changes">Elements that are added or replaced.</param>
    public static void WriteSeries(string folder, IReadOnlyList<double> heights, Action<DicomElements>? changes = null)
    {
        var (study, series, frame) = (DicomElements.NewUid(), DicomElements.NewUid(), DicomElements.NewUid());
        foreach (var (number, height) in heights.Index())
        {
            var instance = DicomElements.NewUid();
            var elements = new DicomElements().Text(ElementKind.CharacterSet, "ISO_IR 100").Text(ElementKind.SopClass, ImageClass)
                .Text(ElementKind.SopInstance, instance).Text(ElementKind.StudyDate, "20200102").Text(ElementKind.StudyTime, "030405")
                .Text(ElementKind.AccessionNumber, "Accession7").Text(ElementKind.Modality, "CT")
                .Text(ElementKind.ReferringPhysician, "Referrer^Dr")
                .Bytes(ElementKind.PatientName, Encoding.Latin1.GetBytes("Müller^Änne")).Text(ElementKind.PatientId, "Secret7")
                .Text(ElementKind.BirthDate, "19500607").Text(ElementKind.Sex, "F").Text(ElementKind.Study, study)
                .Text(ElementKind.Series, series).Text(ElementKind.StudyId, "S1").Decimals(ElementKind.InstanceNumber, number + 1)
                .Decimals(ElementKind.Position, 10, -20, height).Decimals(ElementKind.Orientation, 1, 0, 0, 0, 1, 0)
                .Text(ElementKind.FrameOfReference, frame).Numbers(ElementKind.Samples, 1).Text(ElementKind.Photometric, "MONOCHROME2")
                .Numbers(ElementKind.Rows, Rows).Numbers(ElementKind.Columns, Columns).Decimals(ElementKind.PixelSpacing, 0.75, 0.5)
                .Numbers(ElementKind.BitsAllocated, 8).Numbers(ElementKind.BitsStored, 8).Numbers(ElementKind.HighBit, 7)
                .Numbers(ElementKind.IsSigned, 0).Bytes(ElementKind.Pixels, new byte[Columns * Rows]);
            changes?.Invoke(elements);
            var meta = new DicomElements().Bytes(ElementKind.MetaVersion, [0, 1]).Text(ElementKind.MediaClass, ImageClass)
                .Text(ElementKind.MediaInstance, instance).Text(ElementKind.TransferSyntax, "1.2.840.10008.1.2.1");
            using var file = File.Create(Path.Combine(folder, FormattableString.Invariant($"{number}.dcm")));
            file.Write([.. new byte[128], .. "DICM"u8]);
            new DicomElements().Numbers(ElementKind.MetaLength, (uint)meta.Length).WriteTo(file);
            meta.WriteTo(file);
            elements.WriteTo(file);
        }
    }

    /// <summary>A series of four slices, and a segmentation of it: a liver and a tumor.</summary>
    public static void WriteLabeled(string folder, string segmentation)
    {
        Directory.CreateDirectory(folder);
        WriteSeries(folder, [0, 1, 2, 3]);
        using var image = MedicalVolume.Load(folder);
        var pixels = Columns * Rows;
        int[] labels = [.. Enumerable.Range(0, 4 * pixels).Select(i => i < pixels || i % Columns < 2 ? 0 : i % Columns == 5 ? 2 : 1)];
        Label(image, labels, (1, "liver"), (2, "tumor")).SaveSegmentation(segmentation);
    }

    /// <summary>Labels on the grid of an image.</summary>
    /// <param name="labels">Of all voxels, i fastest.</param>
    public static LabelVolume Label(MedicalVolume image, int[] labels, params (int Label, string Name)[] names) =>
        new(image.Geometry, Runs(image.Geometry, labels), names.ToDictionary(name => name.Label, name => name.Name), image.Origin);

    /// <summary>Labels on a grid of its own.</summary>
    public static LabelVolume Label(int columns, int rows, int slices, AffineMatrix affine, int[] labels)
    {
        var geometry = new VolumeGeometry(columns, rows, slices, affine);
        return new(geometry, Runs(geometry, labels), new Dictionary<int, string>(), VolumeOrigin.Unknown);
    }

    /// <summary>All labels of a volume, i fastest.</summary>
    public static int[] Voxels(LabelVolume volume) =>
    [
        .. from k in Enumerable.Range(0, volume.Geometry.Slices)
           from j in Enumerable.Range(0, volume.Geometry.Rows)
           from i in Enumerable.Range(0, volume.Geometry.Columns)
           select volume[i, j, k],
    ];

    private static LabelRuns Runs(VolumeGeometry geometry, int[] labels)
    {
        var (runs, pixels) = (new LabelRuns.Builder(geometry.Slices), geometry.Columns * geometry.Rows);
        for (var k = 0; k < geometry.Slices; k++)
            runs.AddSlice(k, labels.AsSpan(k * pixels, pixels));
        return runs.Build();
    }
}
