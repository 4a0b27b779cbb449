using System.ComponentModel;
using System.Diagnostics;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>The checker of DICOM files of dicom3tools. Where it is not installed, tests are skipped, and say so.</summary>
internal static class Dciodvfy
{
    /// <summary>It has neither an error nor a warning for the file, which it takes for a segmentation.</summary>
    /// <param name="hasOwnCodes">
    /// Whether the file has codes of a private scheme. The standard allows these (PS3.3, 8.2), and the checker warns of each scheme that it
    /// does not know.
    /// </param>
    public static void Check(string path, bool hasOwnCodes = false)
    {
        var start = new ProcessStartInfo("dciodvfy", [path]) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var all = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            const string Own = "Warning - Unrecognized defined term <99SEGSAM> for value 1 of attribute <Coding Scheme Designator>";
            Assert.AreEqual("Segmentation", string.Join('\n', all.Trim().Split('\n').Where(line => !(hasOwnCodes && line == Own))));
        }
        catch (Win32Exception)
        {
            Assert.Inconclusive("Skipped: dciodvfy is not installed (Debian: apt-get install dicom3tools).");
        }
    }
}
