using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Asks a language model for the key characteristics of the categories that a catalogue lacks.</summary>
/// <remarks>
/// <code>
/// IChatClient client = ...;                                    // of any provider
/// var writer = new CategoryWriter(client, "answers.json");
/// var catalogue = await writer.WriteAsync(["cholesteatoma", "ear drum, left"], CategoryCatalogue.Default);
/// catalogue.Save("catalogue.json");                            // a person should read what was written
/// var options = new SegSamOptions { BoxColumnName = "Box", Catalogue = catalogue };
/// </code>
/// A model is asked once about each category, with temperature 0 and in JSON. An answer that cannot be used is sent back with what is wrong
/// with it. Every usable one is kept in the cache file at once, by model, category and wording of the question, so nothing is asked twice,
/// not even after a failure, a cancellation or a crash. A cache file is for one writer at a time.
/// What the model says is checked in form only: it may be wrong, and it will describe what does not exist.
/// </remarks>
public sealed class CategoryWriter
{
    private const int Beginning = 200;
    private readonly IChatClient _client;
    private readonly string _cacheFile, _model;
    private readonly int _attempts;
    private readonly ChatOptions _options;

    /// <summary>A writer that asks a chat client; nothing is asked or read yet.</summary>
    /// <param name="client">The chat client. It is not disposed of. What fails on the way to it is its own affair to try again.</param>
    /// <param name="cacheFile">Where answers are kept (JSON); made where there is none.</param>
    /// <param name="modelId">Which model the client is to ask. Default null: the client's own.</param>
    /// <param name="attempts">How often the model is asked about a category until its answer can be used. At least 1, default 3.</param>
    public CategoryWriter(IChatClient client, string cacheFile, string? modelId = null, int attempts = 3)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(cacheFile);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        (_client, _cacheFile, _attempts) = (client, cacheFile, attempts);
        var metadata = client.GetService<ChatClientMetadata>();
        _model = modelId ?? metadata?.DefaultModelId ?? metadata?.ProviderName ?? client.GetType().Name;
        _options = new() { ModelId = modelId, Temperature = 0, ResponseFormat = ChatResponseFormat.Json };
    }

    /// <summary>Describes the categories that a catalogue lacks, one after the other.</summary>
    /// <param name="categories">Names, in the order to ask about them. Those that differ only in what a catalogue overlooks, or in a number with a leading zero, count once; a side is left out of the question, so that one entry serves both sides.</param>
    /// <param name="known">Categories that it finds are not asked about. Null: all are.</param>
    /// <param name="progress">Receives one report for each category that was asked about or found in the cache file. Default null.</param>
    /// <param name="cancellationToken">Stops after the present question; answers up to then are kept.</param>
    /// <returns>The known entries and those written. A synonym that is already a name, of another entry or in the list, is left out, as is one that names a side or holds no word.</returns>
    /// <exception cref="ArgumentException">A name is null, holds no word, or names both sides. Nothing was asked.</exception>
    /// <exception cref="InvalidDataException">The cache file is damaged (nothing was asked), or the model's answers about a category could not be used; the message names category, attempts, faults and the last answer's beginning.</exception>
    /// <exception cref="InvalidOperationException">The client failed; the message names the category.</exception>
    /// <exception cref="IOException">The cache file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CategoryCatalogue> WriteAsync(
        IEnumerable<string> categories, CategoryCatalogue? known, IProgress<CategoryWriterProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(categories);
        var names = categories.ToList();
        if (names.FindIndex(name => name is null || CategoryName.Of(name) is null) is >= 0 and var wrong)
            throw new ArgumentException($"The category '{names[wrong] ?? "null"}' holds no word, or names both sides: no entry could be found by it. Rename it, or leave it out.", nameof(categories));
        var (catalogue, cache) = (known ?? CategoryCatalogue.Empty, new AnswerCache(_cacheFile));
        var taken = catalogue.Entries.SelectMany(entry => entry.Synonyms.Prepend(entry.Name)).Concat(names).SelectMany(CategoryName.Candidates).Select(key => key.Words).ToHashSet();
        foreach (var (position, name) in names.Index())
        {
            if (catalogue.TryFind(name, out _))
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            var category = CategoryLabel.ToAsk(name, catalogue);
            var (entry, attempts) = (cache.Find(_model, category), 0);
            if (entry is null)
            {
                cache.Ensure();
                (entry, attempts) = await AskAsync(category, cancellationToken).ConfigureAwait(false);
                cache.Add(_model, category, entry);
            }

            // What was answered stands in the cache as it came; what of it fits depends on the catalogue it goes into.
            catalogue = catalogue.With(entry with
            {
                Name = category,
                Synonyms = [.. entry.Synonyms.Where(synonym => CategoryName.Of(synonym) is { Side: null } key && taken.Add(key.Words))],
                HasSides = CategoryLabel.MayHaveSides(category, catalogue)
                    && (entry.HasSides || names.Exists(other => CategoryName.Of(other)?.Side is not null && CategoryLabel.Finds(other, category))),
            });
            progress?.Report(new(category, position + 1, names.Count, attempts));
        }

        return catalogue;
    }

    private async Task<(CategoryEntry Entry, int Attempts)> AskAsync(string category, CancellationToken cancellation)
    {
        var messages = CategoryPrompt.Ask(category);
        for (var attempt = 1; ; attempt++)
        {
            var text = await AnswerAsync(messages, category, attempt, cancellation).ConfigureAwait(false);
            var answer = new CategoryAnswer(text, category);
            if (answer.Entry is not null)
                return (answer.Entry, attempt);
            if (attempt == _attempts)
            {
                throw new InvalidDataException($"{_model} gave no usable description of the category '{category}' in {_attempts} attempts: {string.Join("; ", answer.Faults)}. Its last answer begins: "
                    + $"'{text[..Math.Min(text.Length, Beginning)]}'. Answers about other categories are kept in {_cacheFile}. Ask another model, or write this entry by hand into a catalogue that is given as known.");
            }

            messages.AddRange([new(ChatRole.Assistant, text), CategoryPrompt.Complain(answer.Faults)]);
        }
    }

    private async Task<string> AnswerAsync(List<ChatMessage> messages, string category, int attempt, CancellationToken cancellation)
    {
        try
        {
            return (await _client.GetResponseAsync([.. messages], _options.Clone(), cancellation).ConfigureAwait(false)).Text;
        }
        catch (Exception failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"The chat client {_client.GetType().Name} failed at the category '{category}', attempt {attempt} of {_attempts}: {failure.Message.TrimEnd('.')}. "
                + $"Answers up to then are kept in {_cacheFile}; call again to go on.", failure);
        }
    }
}

/// <summary>Report of one category that was described.</summary>
/// <param name="Category">The category, by the name its entry has.</param>
/// <param name="Position">Its place in the list of names, from 1.</param>
/// <param name="Count">Names in the list. Those that are known already, or are names of what was described before, have no report.</param>
/// <param name="Attempts">How often the model was asked about it; 0 where the cache file had the answer.</param>
public sealed record CategoryWriterProgress(string Category, int Position, int Count, int Attempts)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => FormattableString.Invariant($"Category {Position}/{Count}, {Category}: ") + Attempts switch
    {
        0 => "from the cache file",
        1 => "answered",
        _ => FormattableString.Invariant($"answered at attempt {Attempts}"),
    };
}
