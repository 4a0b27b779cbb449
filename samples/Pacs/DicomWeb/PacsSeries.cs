namespace Pacs.DicomWeb;

/// <summary>A series on the server.</summary>
/// <param name="Study">Its StudyInstanceUID.</param>
/// <param name="Uid">Its SeriesInstanceUID.</param>
/// <param name="Modality">Null where the server does not say.</param>
/// <param name="Instances">How many files it has; null where the server does not say.</param>
internal sealed record PacsSeries(string Study, string Uid, string? Modality, int? Instances)
{
    public string Path => $"studies/{Study}/series/{Uid}";
}
