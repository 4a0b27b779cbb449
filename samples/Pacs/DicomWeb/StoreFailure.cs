using System.Globalization;
using System.Text.Json;

namespace Pacs.DicomWeb;

/// <summary>Why a server did not store a file (PS3.18, I.2.2; PS3.4, B.2.3).</summary>
internal static class StoreFailure
{
    private const string SeeLog = "the server's log says why";

    /// <param name="failed">An item of FailedSOPSequence.</param>
    public static string Describe(JsonElement failed) => Describe(DicomJson.Numbers(failed, DicomJson.FailureReason) is [var reason, ..]
        && double.IsFinite(reason) ? (int)reason : null);

    /// <param name="reason">FailureReason; null where the server gives none.</param>
    public static string Describe(int? reason) => "The server did not store the segmentation"
        + (reason is null ? $"; {SeeLog}." : string.Create(CultureInfo.InvariantCulture, $" (reason {reason:X4}): {Words(reason.Value)}."));

    private static string Words(int reason) => reason switch
    {
        0x0110 => $"it failed while processing; {SeeLog}",
        0x0111 => "it already has a file with this identifier",
        0x0122 => "it does not take DICOM segmentations; allow their class, 1.2.840.10008.5.1.4.1.1.66.4, in its configuration",
        0x0124 => "the user may not store; give it the right to",
        >= 0xA700 and <= 0xA7FF => "it is out of resources; free space on it",
        >= 0xA900 and <= 0xA9FF => $"it finds that the file does not match its class; {SeeLog}",
        >= 0xC000 and <= 0xCFFF => $"it does not understand the file; {SeeLog}",
        _ => SeeLog,
    };
}
