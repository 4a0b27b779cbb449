using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SegSam.Cli;

/// <summary>Standard output for results, standard error for progress and messages; plain text wherever one is no terminal.</summary>
internal sealed class Terminal
{
    private const int NoTerminalWidth = 1000; // pipes and files have no edge to wrap at
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions JsonForm = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly TextWriter _output;
    private readonly IAnsiConsole _results, _messages;

    public Terminal(TextWriter output, TextWriter error, bool isJson)
    {
        (_output, IsJson) = (output, isJson);
        (_results, _messages) = (Console(output), Console(error));
    }

    /// <summary>Whether standard output is to hold one JSON document alone.</summary>
    public bool IsJson { get; }

    /// <summary>A message for people, on standard error.</summary>
    public void Note(string text) => _messages.WriteLine(text);

    /// <summary>Several messages, one a line.</summary>
    public void Note(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Note(line);
    }

    /// <summary>A line of the result; nothing where JSON is wanted.</summary>
    public void Result(string text)
    {
        if (!IsJson)
            _output.WriteLine(text);
    }

    /// <summary>A table of texts; nothing where JSON is wanted.</summary>
    public void Result(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (IsJson)
            return;
        if (!_results.Profile.Out.IsTerminal)
        {
            _output.Write(Columns([header, .. rows]));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        foreach (var name in header)
            table.AddColumn(new TableColumn(new Text(name)));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        _results.Write(table);
    }

    /// <summary>The document on standard output; nothing where none is wanted.</summary>
    public void Json<T>(T document) => JsonText(() => JsonSerializer.Serialize(document, JsonForm));

    /// <summary>The same of a text that is JSON already.</summary>
    public void JsonText(Func<string> document)
    {
        if (IsJson)
            _output.WriteLine(document());
    }

    /// <summary>Does long work, showing how far it is: a bar on a terminal, else a line now and then, or for each step.</summary>
    /// <param name="work">Is given a function to tell the part done, 0 to 1, and what to say of it.</param>
    /// <param name="everyStep">Whether each report is worth a line.</param>
    public T Progress<T>(string title, Func<Action<double, string>, T> work, bool everyStep = false)
    {
        if (!_messages.Profile.Out.IsTerminal)
            return work(Lines(title, everyStep));
        return _messages.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(bar =>
            {
                var task = bar.AddTask(Markup.Escape(title), maxValue: 1);
                return work((part, text) =>
                {
                    task.Value = part;
                    task.Description = Markup.Escape(text);
                    if (everyStep)
                        _messages.WriteLine(text);
                });
            });
    }

    /// <summary>The same of work that prints results as it goes: where these are seen, they show how far it is, and a bar would be in their way.</summary>
    public T Steps<T>(string title, Func<Action<double, string>, T> work) =>
        !IsJson && _results.Profile.Out.IsTerminal ? work((_, _) => { }) : Progress(title, work);

    private Action<double, string> Lines(string title, bool everyStep)
    {
        Note(title);
        var (tenths, clock) = (0, Stopwatch.StartNew());
        return (part, text) =>
        {
            if (!everyStep && ((int)(10 * part) <= tenths || clock.Elapsed < BetweenLines))
                return;
            tenths = (int)(10 * part);
            clock.Restart();
            Note(text);
        };
    }

    // Two spaces between columns, and none at a line's end.
    private static string Columns(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        return string.Concat(rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + Environment.NewLine));
    }

    private static IAnsiConsole Console(TextWriter writer)
    {
        var output = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = output,
            Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = output.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = output.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!output.IsTerminal)
            console.Profile.Width = NoTerminalWidth;
        return console;
    }
}
