using System.Text.RegularExpressions;

namespace SampleKit.Volumes;

/// <summary>
/// What to do where a volume cannot be read, in words for the users of a program: they cannot set the options that the library's messages
/// name.
/// </summary>
/// <param name="OneSeries">Of several series; the list of them follows.</param>
/// <param name="OneVolume">Of several volumes in a series or a file; their numbers follow.</param>
/// <param name="Uneven">Of slices that are missing or not evenly spaced; a sentence.</param>
/// <param name="NoPlaces">Of slices that do not say where they lie; a sentence.</param>
/// <param name="TooLarge">Of too many voxels; a sentence.</param>
public sealed partial record VolumeAdvice(string OneSeries, string OneVolume, string Uneven, string NoPlaces, string TooLarge)
{
    /// <summary>The message of a failure, without paths, without identifiers of series, and with this advice.</summary>
    public string Explain(Exception failure, VolumeFolder folder)
    {
        var text = Identifier().Replace(folder.Forget(failure.Message), "");
        foreach (var (option, advice) in ((string, string)[])
            [
                ("Choose one by MedicalVolumeOptions.SeriesUid", OneSeries),
                ("Choose one by MedicalVolumeOptions.TimePoint", OneVolume),
                ("Set MedicalVolumeOptions.AllowIrregularSlices to read them all the same.", Uneven),
                ("Set MedicalVolumeOptions.OrderByInstanceNumber to take them in the order of their numbers.", NoPlaces),
                ("If the file is right, set MedicalVolumeOptions.MaxVoxels.", TooLarge),
                ("If that is right, set MedicalVolumeOptions.MaxVoxels.", TooLarge),
            ])
            text = text.Replace(option, advice, StringComparison.Ordinal);
        return text;
    }

    // Identifiers of series help nobody to find a file, and could lead to a patient. Those of the standard itself are no secret.
    [GeneratedRegex(@"(?<![\d.])(?!1\.2\.840\.10008\.)\d+(\.\d+){3,} ?")]
    private static partial Regex Identifier();
}
