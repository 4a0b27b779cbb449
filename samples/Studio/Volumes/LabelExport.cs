using Microsoft.ML.SegSam.Volumes;

namespace Studio.Volumes;

/// <summary>The objects of a volume, as kept by the page.</summary>
/// <param name="Objects">In the order of the list: the first gets the label 1.</param>
/// <param name="Format">nifti, or dicom for a segmentation (SEG); null: nifti.</param>
internal sealed record LabelsRequest(IReadOnlyList<LabeledObject>? Objects, string? Format = null);

/// <summary>One object.</summary>
/// <param name="Result">What the server calls its masks.</param>
/// <param name="Name">What the user calls it.</param>
internal sealed record LabeledObject(string? Result, string? Name);

/// <summary>Writes objects that were followed one by one into one label volume.</summary>
internal static class LabelExport
{
    public const string Nifti = "nifti", Dicom = "dicom";
    private const int MostObjects = byte.MaxValue;

    /// <summary>
    /// A NIfTI file, packed, or a DICOM segmentation, on the volume's grid. Where objects overlap, the one with the higher score has the
    /// voxel.
    /// </summary>
    /// <exception cref="ProblemException">The objects are invalid, or the volume is no DICOM series.</exception>
    public static byte[] Write(VolumeSession session, LabelsRequest request)
    {
        if (request.Objects is not { Count: >= 1 and <= MostObjects } objects || objects.Contains(null!))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest,
                $"There are {request.Objects?.Count ?? 0} objects; expected 1 to {MostObjects}. Keep an object first.");
        }

        if (request.Format is not (null or Nifti or Dicom))
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest, $"There is no format '{request.Format}'; expected {Nifti} or {Dicom}.");
        }

        var isDicom = request.Format == Dicom;
        var parts = objects.Select((item, i) => (Label: i + 1, item.Name, Prediction: session.Result(item.Result))).ToList();
        var labels = LabelVolume.Combine([.. parts.OrderByDescending(part => Score(part.Prediction)).Select(part => (part.Prediction.Labels,
            part.Label, string.IsNullOrWhiteSpace(part.Name) ? part.Prediction.Objects[0].Category : part.Name.Trim()))]);
        var file = session.Folder.NewPath(isDicom ? ".dcm" : ".nii.gz");
        try
        {
            if (isDicom)
                labels.SaveSegmentation(file);
            else
                labels.Save(file);
            return File.ReadAllBytes(file);
        }
        catch (InvalidDataException failure)
        {
            throw session.Problem(failure); // an image without the identifiers that a segmentation refers to
        }
        catch (InvalidOperationException failure)
        {
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, failure.Message, failure);
        }
        finally
        {
            File.Delete(file);
        }

        static float Score(Microsoft.ML.SegSam.Propagation.VolumePrediction prediction) =>
            prediction.Objects[0].CategoryShares.Select(share => share.Score).DefaultIfEmpty().Max();
    }
}
