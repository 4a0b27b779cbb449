namespace Microsoft.ML.SegSam.Slices;

/// <summary>DICOM's code for the name that people give what made an image.</summary>
internal static class ModalityCode
{
    /// <param name="name">Such as ct, MRI, T1, or mr_t1 and pet of SA-Med2D-20M; case does not count.</param>
    /// <returns>null for a name that says something else, or, as x-ray, one of several codes.</returns>
    public static string? Of(string name)
    {
        var text = name.ToUpperInvariant().Split('_')[0];
        return text switch
        {
            "CT" or "US" or "NM" or "CR" or "DX" or "MG" or "XA" or "ES" or "OP" or "DMS" => text,
            "PET" or "PT" => "PT",
            "MR" or "MRI" or "FLAIR" or "ADC" or "DWI" or "PD" => "MR",
            "ULTRASOUND" => "US",
            "ENDOSCOPY" => "ES",
            "FUNDUS" => "OP",
            "DERMOSCOPY" => "DMS",
            _ => text.StartsWith("T1", StringComparison.Ordinal) || text.StartsWith("T2", StringComparison.Ordinal) ? "MR" : null,
        };
    }
}
