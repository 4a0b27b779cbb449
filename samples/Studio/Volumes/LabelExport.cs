using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Volumes;

namespace Studio.Volumes;

/// <summary>The objects of a volume, as kept by the page.</summary>
/// <param name="Objects">In the order of the list: the first gets the label 1.</param>
internal sealed record LabelsRequest(IReadOnlyList<LabeledObject>? Objects);

/// <summary>One object.</summary>
/// <param name="Result">What the server calls its masks.</param>
/// <param name="Name">What the user calls it.</param>
internal sealed record LabeledObject(string? Result, string? Name);

/// <summary>Writes objects that were followed one by one into one label volume.</summary>
internal static class LabelExport
{
    private const int MostObjects = byte.MaxValue;

    /// <summary>A NIfTI file, packed, on the volume's grid. Where objects overlap, the one with the higher score has the voxel.</summary>
    /// <exception cref="ProblemException">The objects are invalid.</exception>
    public static byte[] Write(VolumeSession session, LabelsRequest request, CancellationToken cancel)
    {
        if (request.Objects is not { Count: >= 1 and <= MostObjects } objects || objects.Contains(null!))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest,
                $"There are {request.Objects?.Count ?? 0} objects; expected 1 to {MostObjects}. Keep an object first.");
        }

        var parts = objects.Select((item, i) => (Label: i + 1, item.Name, Prediction: session.Result(item.Result))).ToList();
        var names = parts.ToDictionary(part => part.Label,
            part => string.IsNullOrWhiteSpace(part.Name) ? part.Prediction.Objects[0].Category : part.Name.Trim());
        var (grid, whole) = (session.Folder.NewPath(".nii"), session.Folder.NewPath(".nii.gz"));
        try
        {
            parts[0].Prediction.Labels.Save(grid); // the right header, and a byte for each voxel
            using (var file = File.OpenWrite(grid))
                Fill(file, session.Volume, [.. parts.Select(part => (part.Label, part.Prediction.Labels, Score(part.Prediction)))], cancel);
            using (var volume = MedicalVolume.Load(grid, new() { TemporaryFolder = session.Folder.Path }))
                LabelVolume.From(volume, names).Save(whole);
            return File.ReadAllBytes(whole);
        }
        finally
        {
            File.Delete(grid);
            File.Delete(whole);
        }

        static float Score(Microsoft.ML.SegSam.Propagation.VolumePrediction prediction) =>
            prediction.Objects[0].CategoryShares.Select(share => share.Score).DefaultIfEmpty().Max();
    }

    // The voxels are the file's end, slice by slice as it stores them.
    private static void Fill(FileStream file, MedicalVolume volume,
        IReadOnlyList<(int Label, LabelVolume Labels, float Score)> parts, CancellationToken cancel)
    {
        var (columns, rows, slices) = (volume.Geometry.Columns, volume.Geometry.Rows, volume.Geometry.Slices);
        file.Position = file.Length - (long)columns * rows * slices;
        for (var k = 0; k < slices; k++)
        {
            cancel.ThrowIfCancellationRequested();
            var labels = SegmentationMask.ComposeLabelMap(rows, columns,
                parts.Select(part => ((uint)part.Label, part.Score, part.Labels.ReadMask(1, SlicePlane.Stored, k))));
            file.Write(Array.ConvertAll(labels, label => (byte)label));
        }
    }
}
