using SampleKit;

namespace Phantoms;

/// <summary>The command line, which writes a folder of slices.</summary>
public static class PhantomCommand
{
    private const string Usage = """
        Generates synthetic medical slices with masks, in the folder layout of SAM-Med2D.

        --out FOLDER   where to write; required
        --count N      number of slices (default 30)
        --seed S       equal seeds give equal bytes (default 1)
        --size P       height and width in pixels, 64 to 1024 (default 128)
        --modalities M comma-separated list of ct, mr, ultrasound, pet, x-ray, fundus, dermoscopy, endoscopy, or all
                       (default ct,mr,ultrasound)
        --overlap X    overlap of the gray levels and colors of categories, 0 (none) to 1 (full); default: that of the tissues
        --few-shot N   show the proposed few-shot categories in at most N slices each
        --sheet        also write sheet.png: the first six slices of each modality, plain and outlined
        --help         show this text
        """;

    /// <summary>Runs the program.</summary>
    /// <returns>0 on success, 2 for a wrong argument.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        string? folder = null;
        var (count, seed, size, sheet) = (30, 1, 128, false);
        var settings = new PhantomSettings();
        try
        {
            for (var i = 0; i < args.Length; i++)
            {
                switch (args[i])
                {
                    case "--help": output.WriteLine(Usage); return 0;
                    case "--sheet": sheet = true; break;
                    case "--out": folder = Value(args, ref i); break;
                    case "--count": count = Argument.Number(args[i], Value(args, ref i), 1, 1_000_000); break;
                    case "--seed": seed = Argument.Number(args[i], Value(args, ref i), int.MinValue); break;
                    case "--size": size = Argument.Number(args[i], Value(args, ref i), 64, 1024); break;
                    case "--modalities": settings = settings with { Modalities = Modalities(args, ref i) }; break;
                    case "--overlap": settings = settings with { GrayOverlap = Argument.Fraction(args[i], Value(args, ref i)) }; break;
                    case "--few-shot":
                        settings = settings with { FewShot = FewShot(Argument.Number(args[i], Value(args, ref i), 0, 1_000_000)) };
                        break;
                    default: throw new FormatException($"'{args[i]}' is not an option");
                }
            }

            if (folder is null)
                throw new FormatException("--out FOLDER is missing");
            PhantomFolder.Write(folder, PhantomGenerator.Create(seed, count, size, settings));
            if (sheet)
                ContactSheet.Write(Path.Combine(folder, "sheet.png"),
                    [.. PhantomGenerator.Create(seed, Math.Min(count, 6 * settings.Modalities.Count), size, settings)],
                    settings.Modalities.Count);
            output.WriteLine($"{count} slices of {size} x {size} pixels (seed {seed}) are in {folder}.");
            return 0;
        }
        catch (FormatException wrong)
        {
            error.WriteLine($"{wrong.Message}; --help lists the options.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--out {folder} cannot be written: {wrong.Message}");
        }

        return 2;
    }

    private static string[] Modalities(string[] args, ref int i)
    {
        var (option, text) = (args[i], Value(args, ref i));
        var names = text == "all" ? PhantomSettings.AllModalities.ToArray() : text.Split(',');
        return names.All(PhantomSettings.AllModalities.Contains) ? names : throw new FormatException(
            $"{option} must be all, or a comma-separated list of {string.Join(",", PhantomSettings.AllModalities)}, not '{text}'");
    }

    private static Dictionary<string, int> FewShot(int slices) =>
        PhantomGenerator.FewShotCategories.ToDictionary(category => category, _ => slices);

    private static string Value(string[] args, ref int i) =>
        i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i]
            : throw new FormatException($"{args[i]} needs a value after it");
}
