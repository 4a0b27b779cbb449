using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Pacs.DicomWeb;
using Pacs.Jobs;
using SampleKit;

namespace Pacs;

/// <summary>The command line.</summary>
internal static class PacsCommand
{
    private const int Done = 0, Failed = 1, WrongUsage = 2, Stopped = 130;

    private const string About = """
        Segments series of a PACS with DICOMweb, such as Orthanc, and stores the segmentations (DICOM SEG) there.
        For research only: not a medical device. A person must look at every segmentation before anyone uses it.

        User and password come from the environment variables SEGSAM_PACS__USER and SEGSAM_PACS__PASSWORD, or from the
        user secrets Pacs:User and Pacs:Password (dotnet user-secrets --id segsam-pacs set Pacs:User NAME).
        """;

    private static readonly Option<string> Server = new("--server")
    {
        Description = "The root of the server's DICOMweb.", HelpName = "http://127.0.0.1:8042/dicom-web", Required = true, Recursive = true,
    };

    private static readonly Option<bool> PlainHttp = new("--plain-http")
    {
        Description = "Allow http to another machine: images and passwords can be read on the way.", Recursive = true,
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "A model's file; mini is the one that comes with the samples.", HelpName = "FILE", Recursive = true,
        DefaultValueFactory = _ => ShippedModel.Name,
    };

    private static readonly Option<string[]> Modality = new("--modality")
    {
        Description = "Refuse series of other modalities than this one, such as CT. May be repeated.", HelpName = "CODE", Recursive = true,
    };

    private static readonly Option<string?> Temporary = new("--temporary")
    {
        Description = "Folder where a series lies while it is segmented (default: the system's temporary folder).", HelpName = "FOLDER",
        Recursive = true,
    };

    private static readonly Option<int> Timeout = Whole("--timeout", "How many seconds the server may be silent.", 100, 1, 86_400, true),
        MostMegabytes = Whole("--max-series", "Refuse series with more MB than this.", 4000, 1, 1_000_000, true),
        Port = Whole("--port", "Port to listen on, on 127.0.0.1 only; 0 selects a free one.", 5090, 0, 65_535, false);

    private static readonly Argument<string> Series = new("UID") { Description = "The SeriesInstanceUID." };

    private static readonly Option<int?> Slice = new("--slice")
    {
        Description = "The image that the boxes are on, from 0 in the order of places.", HelpName = "N",
        CustomParser = result => Number("--slice", result, 0, int.MaxValue),
    };

    private static readonly Option<string?> Instance = new("--instance")
    {
        Description = "The same by its SOPInstanceUID.", HelpName = "UID",
    };

    private static readonly Option<string[]> Box = new("--box")
    {
        Description = "A box around an object, in pixels of the image. May be repeated.", HelpName = "x0,y0,x1,y1", Required = true,
    };

    private static readonly Option<string?> Window = new("--window")
    {
        Description = "Which values the model sees (default: those of its training, else the series' own).",
        HelpName = "soft-tissue|lung|bone|brain|mediastinum|CENTER,WIDTH|p0.5-99.5|minmax|file",
    };

    private static readonly Option<bool> Again = new("--again")
    {
        Description = "Store a segmentation although the study has one of the same boxes by the same model.",
    };

    /// <returns>0: done, 1: failed, 2: wrong command line or configuration, 130: stopped.</returns>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var serve = new Command("serve", "Waits for requests: POST /segment on 127.0.0.1.") { Port };
        var series = new Command("series", "Segments one series.") { Series, Slice, Instance, Box, Window, Again };
        serve.SetAction((parsed, stop) => Serve(parsed, output, stop));
        series.SetAction((parsed, stop) => SegmentOne(parsed, output, error, stop));
        var root = new RootCommand(About) { serve, series, Server, PlainHttp, Model, Modality, Temporary, Timeout, MostMegabytes };
        var all = root.Parse(args);
        if (all.Action is ParseErrorAction)
        {
            foreach (var problem in all.Errors)
                await error.WriteLineAsync(problem.Message);
            await error.WriteLineAsync("(--help lists the options)");
            return WrongUsage;
        }

        try
        {
            return await all.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null }, cancel);
        }
        catch (FormatException wrong)
        {
            await error.WriteLineAsync(wrong.Message);
            return WrongUsage;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("stopped");
            return Stopped;
        }
        catch (Exception failure) when (failure is PacsException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(failure.Message);
            return Failed;
        }
    }

    private static async Task<int> Serve(ParseResult parsed, TextWriter output, CancellationToken stop)
    {
        var options = Options(parsed);
        await using var app = PacsApp.Build(options, Credentials.From(Credentials.Configuration()), LoadedModel.From(options.Model),
            parsed.GetValue(Port));
        await app.StartAsync(stop);
        await output.WriteLineAsync($"Waiting for requests at {app.Urls.Single()}/segment (Ctrl-C stops it). For research only: not a "
            + "medical device.");
        await app.WaitForShutdownAsync(stop);
        return Done;
    }

    private static async Task<int> SegmentOne(ParseResult parsed, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var request = new SegmentRequest(parsed.GetValue(Series)!,
            [.. parsed.GetValue(Box)!.Select(box => new BoxPrompt(Four(box), parsed.GetValue(Slice), parsed.GetValue(Instance)))],
            parsed.GetValue(Window), parsed.GetValue(Again));
        CheckUsage(request);
        var options = Options(parsed);
        using var client = new DicomWebClient(options, Credentials.From(Credentials.Configuration()));
        using var model = LoadedModel.From(options.Model);
        var before = new SegmentProgress("", 0);
        var result = await new Segmenter(options, client, model).Run(request, new InlineProgress<SegmentProgress>(Tell), stop);
        foreach (var note in result.Notes)
            await error.WriteLineAsync($"please note: {note}");
        foreach (var (i, item) in result.Objects.Index())
            await output.WriteLineAsync(FormattableString.Invariant($"{i + 1}: {item}"));
        var became = result.WasThere ? "was there already" : "stored";
        await output.WriteLineAsync($"{became}: series {result.Segmentation ?? "not listed yet"} (SEG-SAM {result.Mark})");
        return Done;

        // Now and then, and where a step ends.
        void Tell(SegmentProgress now)
        {
            const int Interval = 20;
            var told = now.Step == before.Step ? now : before;
            if (told.Step.Length > 0 && (told != now || told.Done % Interval == 0))
                error.WriteLine(FormattableString.Invariant($"{told.Step}: {told.Done}"));
            before = now;
        }
    }

    private static void CheckUsage(SegmentRequest request)
    {
        try
        {
            request.Check();
        }
        catch (PacsException wrong)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static PacsOptions Options(ParseResult parsed) => new(
        PacsOptions.ServerOf(parsed.GetValue(Server)!, parsed.GetValue(PlainHttp)), parsed.GetValue(Model)!,
        parsed.GetValue(Modality), parsed.GetValue(Timeout), parsed.GetValue(MostMegabytes),
        parsed.GetValue(Temporary));

    private static float[] Four(string text)
    {
        var parts = text.Split(',');
        var numbers = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                throw new FormatException($"--box is '{text}'; expected x0,y0,x1,y1 in pixels, such as 92,118,260,300");
        }

        return numbers;
    }

    private static Option<int> Whole(string name, string description, int usual, int least, int most, bool isRecursive) => new(name)
    {
        Description = description,
        HelpName = "N",
        Recursive = isRecursive,
        DefaultValueFactory = _ => usual,
        CustomParser = result => Number(name, result, least, most),
    };

    private static int Number(string name, ArgumentResult result, int least, int most)
    {
        try
        {
            return SampleKit.Argument.Number(name, result.Tokens.Single().Value, least, most);
        }
        catch (FormatException wrong)
        {
            result.AddError(wrong.Message);
            return least;
        }
    }
}
