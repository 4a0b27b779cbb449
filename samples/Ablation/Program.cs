// Ablation study: trains and tests the parts of the method on synthetic slices, with several seeds, and writes a table.
using System.Globalization;
using Ablation;
using SampleKit;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
if (args.Contains("--help"))
{
    Console.WriteLine(AblationSettings.Usage);
    return 0;
}

try
{
    var settings = AblationSettings.Parse(args);
    using var interruption = new Interruption();
    var store = new RunStore(settings.Work, settings.Recipe);
    var runs = new List<RunResult>();
    var total = settings.Seeds * settings.Variants.Count;
    for (var seed = 1; seed <= settings.Seeds; seed++)
    {
        var data = new Lazy<AblationData>(() => new(seed, settings));
        foreach (var variant in settings.Variants)
        {
            var result = store.Find(variant.Key, seed);
            if (result is null)
            {
                Console.WriteLine($"{runs.Count + 1}/{total}  seed {seed}  {variant.Title}  ({data.Value.Summary})");
                result = Run.Of(variant, seed, data.Value, settings, store.StateOf(variant.Key, seed), interruption.Token);
                store.Keep(result);
                var lines = result.Figures.Select(kind => $"{kind.Prompting}: common {Line(kind.Common)}  few-shot {Line(kind.FewShot)}");
                Console.WriteLine(FormattableString.Invariant($"\r  {result.Seconds:0} s  {string.Join("  ", lines)}"));
            }

            runs.Add(result);
        }
    }

    Report.Write(settings, runs);
    Console.WriteLine($"Wrote ablation.md and ablation.json to {Path.GetFullPath(settings.Out)}.");
    return 0;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine($"{Environment.NewLine}Stopped; the same command continues from here.");
    return 130;
}
catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException
    or InvalidOperationException)
{
    Console.Error.WriteLine($"{wrong.Message} (--help lists the options)");
    return 2;
}

static string Line(Figures figures) =>
    FormattableString.Invariant($"{figures.BinaryDice:0.000} {figures.SemanticDice:0.000} {figures.ClassAccuracy:0.000} ")
    + FormattableString.Invariant($"{figures.PresenceF1:0.000} {figures.Agreement:0.000}");
