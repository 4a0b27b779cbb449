using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SegSam.Cli;

/// <summary>Results go to standard output, progress and messages to standard error; each is plain text unless it is a terminal.</summary>
internal sealed class Terminal
{
    private const int NoTerminalWidth = 1000; // no wrapping in pipes and files
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

    /// <summary>Whether standard output holds one JSON document and nothing else.</summary>
    public bool IsJson { get; }

    /// <summary>Prints a message to standard error.</summary>
    public void Note(string text) => _messages.WriteLine(text);

    /// <summary>Prints several messages, one per line.</summary>
    public void Note(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Note(line);
    }

    /// <summary>Prints a line of the result, except with --json.</summary>
    public void Result(string text)
    {
        if (!IsJson)
            _output.WriteLine(text);
    }

    /// <summary>Prints a table, except with --json.</summary>
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

    /// <summary>Prints the document as JSON with --json.</summary>
    public void Json<T>(T document) => JsonText(() => JsonSerializer.Serialize(document, JsonForm));

    /// <summary>Prints a text that is already JSON with --json.</summary>
    public void JsonText(Func<string> document)
    {
        if (IsJson)
            _output.WriteLine(document());
    }

    /// <summary>Runs long work with progress: a bar on a terminal, otherwise a line from time to time or for each step.</summary>
    /// <param name="work">Receives a function that reports the part done, 0 to 1, and a text.</param>
    /// <param name="everyStep">Whether to print a line for each report.</param>
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

    /// <summary>Runs work that prints results as it goes: on a terminal the results show the progress, and a bar would disturb
    /// them.</summary>
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

    // Two spaces between columns, and no trailing spaces.
    private static string Columns(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return string.Concat(lines.Select(line => line + Environment.NewLine));
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
