using System.Diagnostics;
using System.Security.Cryptography;

namespace FineTune;

/// <summary>The command line: runs one fold after the other, then writes the report.</summary>
internal static class FineTuneCommand
{
    /// <summary>Runs the program.</summary>
    /// <returns>0 when the report is written, 1 when canceled, 2 for a wrong argument or wrong data.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        if (args.Contains("--help"))
        {
            output.WriteLine(FineTuneOptions.Usage);
            return 0;
        }

        try
        {
            Run(FineTuneOptions.Parse(args), output, cancel);
            return 0;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped. Finished folds are kept; the same command continues after them.");
            return 1;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException
            or InvalidOperationException or ArgumentException)
        {
            error.WriteLine($"{wrong.Message} (--help lists the options)");
            return 2;
        }
    }

    private static void Run(FineTuneOptions settings, TextWriter output, CancellationToken cancel)
    {
        var data = DataFolder.Read(settings.Data, settings.Sources);
        foreach (var source in data.Pictures.GroupBy(picture => picture.Source))
            output.WriteLine($"{source.Key}: {source.Count()} images, {source.Sum(picture => picture.Objects.Count)} objects");
        foreach (var remark in data.Remarks)
            output.WriteLine($"{remark.About}: {remark.Text}");

        Directory.CreateDirectory(settings.Folder);
        var weights = settings.Weights ?? Path.Combine(settings.Folder, "phantom-weights.safetensors");
        if (settings.Weights is null && !File.Exists(weights))
            PhantomWeights.Train(weights, settings.Size, settings.Seed, output, cancel);
        var store = new FoldStore(Path.Combine(settings.Folder, "folds"), new
        {
            encoder = settings.EncoderName,
            settings.Epochs,
            settings.Rate,
            settings.Size,
            settings.Seed,
            weightsSha256 = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(weights))),
            images = data.Pictures.Select(picture => $"{picture.Key}: {picture.Objects.Count}"),
        });
        var folds = RunFolds(settings, weights, data.Pictures, store, output, cancel);
        Report.Write(settings, folds, data.Remarks);
        output.WriteLine($"Wrote report.md, report.json and overlays to {Path.GetFullPath(settings.Folder)}.");
    }

    private static List<FoldResult> RunFolds(FineTuneOptions settings, string weights, IReadOnlyList<Picture> pictures,
        FoldStore store, TextWriter output, CancellationToken cancel)
    {
        using var leaveOneOut = new LeaveOneOut(settings, weights, pictures, cancel);
        var folds = new List<FoldResult>();
        foreach (var picture in pictures)
        {
            cancel.ThrowIfCancellationRequested();
            var (clock, fold) = (Stopwatch.StartNew(), store.Find(picture.FileName));
            var how = "from an earlier run";
            if (fold is null)
            {
                store.Add(picture.FileName, fold = leaveOneOut.Run(picture));
                how = FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:0} s");
            }

            folds.Add(fold);
            output.WriteLine(FormattableString.Invariant($"Fold {folds.Count}/{pictures.Count}, {picture.Source}/{picture.Name}: ")
                + FormattableString.Invariant($"Dice {fold.Before.Dice:0.000} before, {fold.After.Dice:0.000} after, ")
                + $"{fold.Named} of {fold.Objects} named correctly ({fold.Known} have a known category), {how}");
        }

        return folds;
    }
}
