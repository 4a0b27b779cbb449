using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Has a language model describe the categories that a glossary lacks.</summary>
/// <remarks>
/// <code>
/// IChatClient client = ...;                                    // of any provider
/// var writer = new CategoryWriter(client, "responses.json");
/// var glossary = await writer.WriteAsync(["cholesteatoma", "ear drum, left"], CategoryGlossary.Default);
/// glossary.Save("glossary.json");                              // a person should read what was written
/// var options = new SegSamOptions { BoxColumnName = "Box", Glossary = glossary };
/// </code>
/// The writer sends one request per category, with temperature 0, for a JSON response. An unusable response is sent back with a list of its
/// faults. Every usable response is saved to the cache file immediately, by model, category and wording of the request, so nothing is
/// requested twice, not even after a failure, a cancellation or a crash. Only one writer may use a cache file at a time. Only the form of a
/// response is checked. Its content may be wrong, and a model also describes categories that do not exist.
/// </remarks>
public sealed class CategoryWriter
{
    private const int ShownCharacters = 200;
    private readonly IChatClient _client;
    private readonly string _cacheFile;
    private readonly string _model;
    private readonly int _attempts;
    private readonly ChatOptions _options;

    /// <summary>Creates a writer that uses a chat client. It sends and reads nothing yet.</summary>
    /// <param name="client">
    /// The chat client. The writer does not dispose it; retries of failed requests are the client's responsibility.
    /// </param>
    /// <param name="cacheFile">The file in which responses are kept (JSON); created if it does not exist.</param>
    /// <param name="modelId">The model that the client should use. Default null: the client's own default.</param>
    /// <param name="attempts">The largest number of requests per category until a response is usable. At least 1, default 3.</param>
    /// <exception cref="ArgumentException"><paramref name="cacheFile"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="attempts"/> is below 1.</exception>
    public CategoryWriter(IChatClient client, string cacheFile, string? modelId = null, int attempts = 3)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(cacheFile);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        var metadata = client.GetService<ChatClientMetadata>();
        _client = client;
        _cacheFile = cacheFile;
        _attempts = attempts;
        _model = modelId ?? metadata?.DefaultModelId ?? metadata?.ProviderName ?? client.GetType().Name;
        _options = new() { ModelId = modelId, Temperature = 0, ResponseFormat = ChatResponseFormat.Json };
    }

    /// <summary>Describes the categories that a glossary lacks, one after another.</summary>
    /// <param name="categories">
    /// Names, in the order of the requests. Names that differ only in what a glossary ignores, or in a number with a leading zero, count
    /// once. A request omits the side, so that one entry serves both sides.
    /// </param>
    /// <param name="known">Categories in this glossary are not requested. Null: all categories are requested.</param>
    /// <param name="progress">Receives one report for each category that was requested or found in the cache file. Default null.</param>
    /// <param name="cancellationToken">Stops after the current request; responses received so far are kept.</param>
    /// <returns>
    /// The known entries and the new ones. A synonym is omitted if it is already a name of another entry or in the list, names a side, or
    /// contains no word.
    /// </returns>
    /// <exception cref="ArgumentException">A name is null, contains no word, or names both sides. No request was sent.</exception>
    /// <exception cref="InvalidDataException">
    /// The cache file is damaged (no request was sent), or the model's responses about a category were unusable. The message gives the
    /// category, the attempts, the faults and the beginning of the last response.
    /// </exception>
    /// <exception cref="InvalidOperationException">The client failed. The message names the category.</exception>
    /// <exception cref="IOException">The cache file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public async Task<CategoryGlossary> WriteAsync(
        IEnumerable<string> categories, CategoryGlossary? known, IProgress<CategoryWriterProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(categories);
        var names = categories.ToList();
        if (names.FindIndex(name => name is null || CategoryName.Of(name) is null) is >= 0 and var index)
        {
            throw new ArgumentException($"The category '{names[index] ?? "null"}' contains no word, or names both sides, so no entry "
                + "could be found by this name. Rename or omit it.", nameof(categories));
        }

        var (glossary, cache) = (known ?? CategoryGlossary.Empty, new ResponseCache(_cacheFile));
        var taken = glossary.Entries.SelectMany(entry => entry.Synonyms.Prepend(entry.Name)).Concat(names)
            .SelectMany(CategoryName.Candidates).Select(key => key.Words).ToHashSet();
        foreach (var (position, name) in names.Index())
        {
            if (glossary.TryFind(name, out _))
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            var category = CategoryLabel.ForRequest(name, glossary);
            var (entry, attempts) = (cache.Find(_model, category), 0);
            if (entry is null)
            {
                cache.Ensure();
                (entry, attempts) = await RequestAsync(category, cancellationToken).ConfigureAwait(false);
                cache.Add(_model, category, entry);
            }

            // The cache keeps a response as it came; what of it fits depends on the glossary that it goes into.
            glossary = glossary.With(entry with
            {
                Name = category,
                Synonyms = [.. entry.Synonyms.Where(synonym => CategoryName.Of(synonym) is { Side: null } key && taken.Add(key.Words))],
                HasSides = CategoryLabel.MayHaveSides(category, glossary)
                    && (entry.HasSides || names.Exists(
                        other => CategoryName.Of(other)?.Side is not null && CategoryLabel.Finds(other, category))),
            });
            progress?.Report(new(category, position + 1, names.Count, attempts));
        }

        return glossary;
    }

    private async Task<(CategoryEntry Entry, int Attempts)> RequestAsync(string category, CancellationToken cancellation)
    {
        var messages = CategoryRequest.For(category);
        for (var attempt = 1; ; attempt++)
        {
            var text = await SendAsync(messages, category, attempt, cancellation).ConfigureAwait(false);
            var response = new CategoryResponse(text, category);
            if (response.Entry is not null)
                return (response.Entry, attempt);
            if (attempt == _attempts)
            {
                throw new InvalidDataException($"{_model} gave no usable description of the category '{category}' in {_attempts} attempts: "
                    + $"{string.Join("; ", response.Faults)}. Its last response begins: "
                    + $"'{text[..Math.Min(text.Length, ShownCharacters)]}'. "
                    + $"Responses about other categories are kept in {_cacheFile}. Use another model, or write this entry by hand into a "
                    + "glossary and pass that as known.");
            }

            messages.AddRange([new(ChatRole.Assistant, text), CategoryRequest.Correction(response.Faults)]);
        }
    }

    private async Task<string> SendAsync(List<ChatMessage> messages, string category, int attempt, CancellationToken cancellation)
    {
        try
        {
            return (await _client.GetResponseAsync([.. messages], _options.Clone(), cancellation).ConfigureAwait(false)).Text;
        }
        catch (Exception failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"The chat client {_client.GetType().Name} failed on the category '{category}', "
                + $"attempt {attempt} of {_attempts}: {failure.Message.TrimEnd('.')}. Responses received so far are kept in {_cacheFile}; "
                + "call again to continue.", failure);
        }
    }
}

/// <summary>Progress of <see cref="CategoryWriter.WriteAsync"/>: one category was described.</summary>
public sealed class CategoryWriterProgress
{
    internal CategoryWriterProgress(string category, int position, int count, int attempts)
    {
        Category = category;
        Position = position;
        Count = count;
        Attempts = attempts;
    }

    /// <summary>The category, by the name of its entry.</summary>
    public string Category { get; }

    /// <summary>Its position in the list of names, from 1.</summary>
    public int Position { get; }

    /// <summary>Number of names in the list. Names that were already known, or that an earlier category covers, have no report.</summary>
    public int Count { get; }

    /// <summary>Number of requests about it; 0 if the cache file had the response.</summary>
    public int Attempts { get; }

    /// <summary>A one-line summary.</summary>
    /// <returns>The summary.</returns>
    public override string ToString() => FormattableString.Invariant($"Category {Position}/{Count}, {Category}: ") + Attempts switch
    {
        0 => "from the cache file",
        1 => "written",
        _ => FormattableString.Invariant($"written at attempt {Attempts}"),
    };
}
