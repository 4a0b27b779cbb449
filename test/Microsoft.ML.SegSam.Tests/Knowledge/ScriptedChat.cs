using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

/// <summary>A chat client that answers as a test says, and remembers what it was sent.</summary>
/// <param name="answer">From the number of the question (from 0) and the name of the category it is about.</param>
internal sealed class ScriptedChat(Func<int, string, string> answer) : IChatClient
{
    public List<(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)> Asked { get; } = [];

    /// <summary>The categories in the order they were asked about.</summary>
    public IEnumerable<string> Categories => Asked.Select(question => CategoryOf(question.Messages));

    public string? Model { get; init; } = "scripted";

    /// <summary>An answer as it should be, with some of its properties replaced or, with null, removed.</summary>
    public static string Good(string name, params (string Field, object? Value)[] changes)
    {
        var answer = new Dictionary<string, object?>
        {
            ["name"] = name, ["synonyms"] = (string[])[], ["hasSides"] = false, ["location"] = "behind " + name, ["shape"] = "round",
            ["intensity"] = new Dictionary<string, object?> { ["CT"] = "bright" }, ["texture"] = "even", ["border"] = "sharp",
                ["differs"] = "nothing like it",
        };
        foreach (var (field, value) in changes)
            answer[field] = value;
        return JsonSerializer.Serialize(answer.Where(pair => pair.Value is not null).ToDictionary());
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var asked = messages.ToList();
        Asked.Add((asked, options!));
        return new(new ChatMessage(ChatRole.Assistant, answer(Asked.Count - 1, CategoryOf(asked))));
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) && Model is not null ? new ChatClientMetadata(defaultModelId: Model) : null;

    public void Dispose()
    {
    }

    private static string CategoryOf(IEnumerable<ChatMessage> messages) =>
        messages.First(message => message.Role == ChatRole.User).Text.Split('"')[1];
}
