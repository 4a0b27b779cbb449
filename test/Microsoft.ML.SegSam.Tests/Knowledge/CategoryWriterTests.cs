using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CategoryWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public required TestContext TestContext { get; init; }

    private string CacheFile => Path.Combine(_folder.Path, "responses.json");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task What_the_glossary_lacks_is_requested_and_can_be_saved_and_loaded()
    {
        using var chat = new ScriptedChat((_, category) =>
            ScriptedChat.Good(category, ("synonyms", (string[])["ear skin pearl", "liver"]), ("shape", "  a sac\n of skin. ")));
        var reports = new List<string>();
        var glossary = await Writer(chat).WriteAsync(["liver_000", "Cholesteatoma", "CHOLESTEATOMA_001", "kidney, left"],
            CategoryGlossary.Default, new Reports(reports), TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { "Cholesteatoma" }, chat.Categories.ToArray());
        CollectionAssert.AreEqual(new[] { "Category 2/4, Cholesteatoma: written" }, reports);
        var path = Path.Combine(_folder.Path, "glossary.json");
        glossary.Save(path);
        var loaded = CategoryGlossary.Load(path);
        Assert.HasCount(CategoryGlossary.Default.Entries.Count + 1, loaded.Entries);
        CollectionAssert.AreEqual(glossary.Entries.Select(entry => entry.Describe()).ToArray(),
            loaded.Entries.Select(entry => entry.Describe()).ToArray());
        Assert.IsTrue(loaded.TryFind("ear skin pearls", out var written));
        Assert.AreEqual("Cholesteatoma. Location: behind Cholesteatoma. Shape: a sac of skin. "
            + "Intensity: CT: bright. Texture: even. Border: sharp. Told apart: nothing like it.", written.Describe());
        Assert.IsTrue(loaded.TryFind("liver", out var liver));
        Assert.AreEqual("liver", liver.Name, "A synonym that is another's name is left out.");
    }

    [TestMethod]
    public async Task The_request_is_for_JSON_at_temperature_zero_and_names_every_field()
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        await Writer(chat, model: "large").WriteAsync(["drum"], null, null, TestContext.CancellationToken);
        var (messages, options) = chat.Asked.Single();
        Assert.AreEqual((0f, "large", ChatResponseFormat.Json), (options.Temperature!.Value, options.ModelId, options.ResponseFormat));
        foreach (var word in new[] { "\"drum\"", "synonyms", "hasSides", "neighbors", "shape", "intensity", "texture", "border", "differs",
            "CT", "MR", "PET", "X-ray", "ultrasound", "fundus", "dermoscopy", "endoscopy", "histology" })
            StringAssert.Contains(messages[^1].Text, word);
    }

    [TestMethod]
    public async Task An_unusable_response_goes_back_with_its_faults()
    {
        using var chat = new ScriptedChat((question, category) => question switch
        {
            0 => "The drum is a thin membrane.",
            1 => ScriptedChat.Good(category, ("shape", null), ("border", " ")),
            _ => ScriptedChat.Good(category),
        });
        var reports = new List<string>();
        await Writer(chat).WriteAsync(["drum"], null, new Reports(reports), TestContext.CancellationToken);
        var last = chat.Asked[2].Messages;
        CollectionAssert.AreEqual(new[] { ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant,
            ChatRole.User }, last.Select(message => message.Role).ToArray());
        Assert.AreEqual("The drum is a thin membrane.", last[2].Text);
        StringAssert.Contains(last[3].Text, "it is not valid JSON");
        StringAssert.Contains(last[5].Text, "shape is missing; border holds an empty text");
        CollectionAssert.AreEqual(new[] { "Category 1/1, drum: written at attempt 3" }, reports);
    }

    [TestMethod]
    public async Task No_usable_response_in_three_attempts_is_an_error_that_shows_the_last_one_and_keeps_the_others()
    {
        using var chat = new ScriptedChat((_, category) => category == "drum" ? "I cannot say. " + new string('x', 1000)
            : ScriptedChat.Good(category));
        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => Writer(chat)
            .WriteAsync(["anvil", "drum"], null, null, TestContext.CancellationToken));
        Assert.HasCount(4, chat.Asked);
        foreach (var word in new[] { "scripted", "'drum'", "3 attempts", "not valid JSON", "'I cannot say. xxx", CacheFile })
            StringAssert.Contains(failure.Message, word);
        Assert.IsLessThan(1000, failure.Message.Length);
        await AssertOnlyTheRestIsRequested(["anvil", "drum"], "drum");
    }

    [TestMethod]
    public async Task A_response_is_never_requested_again()
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category, ("hasSides", true)));
        var first = await Writer(chat).WriteAsync(["drum", "anvil, left"], null, null, TestContext.CancellationToken);
        using var silent = new ScriptedChat((_, _) => throw new InvalidOperationException("requested"));
        var reports = new List<string>();
        var second = await Writer(silent).WriteAsync(["Drum", "anvil (R)"], null, new Reports(reports), TestContext.CancellationToken);
        Assert.HasCount(2, first.Entries);
        CollectionAssert.AreEqual(first.Entries.Select(entry => entry.Location).ToArray(), second.Entries.Select(entry => entry.Location)
            .ToArray());
        CollectionAssert.AreEqual(new[] { "Category 1/2, Drum: from the cache file", "Category 2/2, anvil: from the cache file" }, reports);
    }

    [TestMethod]
    public async Task Another_model_gets_its_own_requests()
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        foreach (var model in new[] { null, "large", "scripted", "large" }) // null: the client's own, which is "scripted"
            await Writer(chat, model).WriteAsync(["drum"], null, null, TestContext.CancellationToken);
        using var nameless = new ScriptedChat((_, category) => ScriptedChat.Good(category)) { Model = null };
        await Writer(nameless).WriteAsync(["drum"], null, null, TestContext.CancellationToken);
        Assert.AreEqual((2, 1), (chat.Asked.Count, nameless.Asked.Count));
    }

    [TestMethod]
    public async Task A_cache_file_of_the_first_version_is_read()
    {
        const string entry = """
            { "name": "drum", "location": "ear", "shape": "s", "intensity": { "CT": "b" }, "texture": "t", "border": "b", "differs": "d" }
            """;
        await File.WriteAllTextAsync(CacheFile, $$"""
            { "version": 1, "answers": [ { "model": "scripted", "template": 1, "category": "drum", "entry": {{entry}} } ] }
            """, TestContext.CancellationToken);
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        var glossary = await Writer(chat).WriteAsync(["drum", "anvil"], null, null, TestContext.CancellationToken);
        CollectionAssert.AreEqual(new[] { "anvil" }, chat.Categories.ToArray());
        Assert.AreEqual("ear", glossary.Entries[0].Location);
        StringAssert.Contains(await File.ReadAllTextAsync(CacheFile, TestContext.CancellationToken), "\"answers\"");
    }

    [TestMethod]
    [DataRow("", "any JSON tokens")]
    [DataRow("{ \"version\": 1, \"answers\": [ { \"model\": \"scripted\", ", "end of data")]
    [DataRow("[]", "JSON value")]
    [DataRow("{ \"version\": 2, \"answers\": [] }", "version is 2, expected 1")]
    [DataRow("{ \"version\": 1, \"answers\": [ null ] }", "response 0 is null")]
    [DataRow("{ \"version\": 1, \"answers\": [ { \"model\": \"scripted\", \"template\": 1, \"category\": \"drum\", \"entry\": null } ] }",
        "entry")]
    [DataRow("{ \"version\": 1, \"answers\": [ { \"model\": \"scripted\", \"template\": 1, \"category\": \"drum\", "
        + "\"entry\": { \"name\": \"drum\", \"location\": \"\", "
        + "\"shape\": \"s\", \"intensity\": { \"CT\": \"b\" }, \"texture\": \"t\", \"border\": \"b\", \"differs\": \"d\" } } ] }",
        "location")]
    public async Task A_damaged_cache_file_is_an_error_and_neither_ignored_nor_overwritten(string content, string word)
    {
        await File.WriteAllTextAsync(CacheFile, content, TestContext.CancellationToken);
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => Writer(chat)
            .WriteAsync(["drum"], null, null, TestContext.CancellationToken));
        StringAssert.Contains(failure.Message, CacheFile);
        StringAssert.Contains(failure.Message, word, StringComparison.OrdinalIgnoreCase);
        StringAssert.Contains(failure.Message, "delete it");
        Assert.IsEmpty(chat.Asked);
        Assert.AreEqual(content, await File.ReadAllTextAsync(CacheFile, TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task A_cache_file_that_cannot_be_written_is_an_error_before_the_first_request()
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        var nowhere = Path.Combine(_folder.Path, "no such folder", "responses.json");
        var failure = await Assert.ThrowsExactlyAsync<IOException>(() => new CategoryWriter(chat, nowhere)
            .WriteAsync(["drum"], null, null, TestContext.CancellationToken));
        StringAssert.Contains(failure.Message, "Cannot write");
        Assert.IsEmpty(chat.Asked);
    }

    [TestMethod]
    public async Task Canceled_in_the_middle_it_keeps_the_responses()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.CancellationToken);
        using var chat = new ScriptedChat((question, category) =>
        {
            if (question == 1)
                stop.Cancel();
            stop.Token.ThrowIfCancellationRequested();
            return ScriptedChat.Good(category);
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => Writer(chat)
            .WriteAsync(["drum", "anvil", "stirrup"], null, null, stop.Token));
        await AssertOnlyTheRestIsRequested(["drum", "anvil", "stirrup"], "anvil", "stirrup");
    }

    [TestMethod]
    public async Task The_error_of_a_failing_client_names_the_category_and_the_rest_is_kept()
    {
        using var chat = new ScriptedChat((question, category) => question == 1 ? throw new HttpRequestException("No such host.")
            : ScriptedChat.Good(category));
        var failure = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => Writer(chat)
            .WriteAsync(["drum", "anvil"], null, null, TestContext.CancellationToken));
        foreach (var word in new[] { "ScriptedChat", "'anvil'", "attempt 1 of 3", "No such host.", "call again" })
            StringAssert.Contains(failure.Message, word);
        Assert.IsInstanceOfType<HttpRequestException>(failure.InnerException);
        await AssertOnlyTheRestIsRequested(["drum", "anvil"], "anvil");
    }

    [TestMethod]
    [DataRow("left and right drum")]
    [DataRow("_007_")]
    [DataRow(null)]
    public async Task A_name_that_could_find_no_entry_is_refused_before_the_first_request(string? name)
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        var failure = await Assert.ThrowsExactlyAsync<ArgumentException>(() => Writer(chat)
            .WriteAsync(["anvil", name!], null, null, TestContext.CancellationToken));
        StringAssert.Contains(failure.Message, $"'{name ?? "null"}'");
        Assert.IsEmpty(chat.Asked);
    }

    [TestMethod]
    public async Task Whatever_the_order_and_the_responses_every_name_then_finds_an_entry()
    {
        string[] names = ["drum", "left drum", "DRUM (R)", "drum_000", "drum 4", "drum_4_000", "drum_left_007", "Drum-right-4", "anvil_R",
            "anvil_0_left", "right-sided anvil 12", "tumours of the anvil"];
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            random.Shuffle(names);
            using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category, ("hasSides", random.Next(2) == 0),
                ("synonyms", names.Where(_ => random.Next(4) == 0).Append("left " + category).Append("ear part " + random.Next(3))
                    .ToArray())));
            var writer = new CategoryWriter(chat, Path.Combine(_folder.Path, $"{seed}.json"));
            using var plain = new ScriptedChat((_, category) => ScriptedChat.Good(category, ("hasSides", random.Next(2) == 0)));
            var known = seed % 2 == 0 ? null : await new CategoryWriter(plain, Path.Combine(_folder.Path, $"{seed} known.json"))
                .WriteAsync(names.Take(2), null, null, TestContext.CancellationToken);
            var glossary = await writer.WriteAsync(names, known, null, TestContext.CancellationToken);
            foreach (var name in names)
            {
                Assert.IsTrue(glossary.TryFind(name, out var entry), $"{name}, seed {seed}");
                StringAssert.Contains(entry.Name, name.Contains("anvil") ? "anvil" : "drum", StringComparison.OrdinalIgnoreCase,
                    $"{name}, seed {seed}");
            }
        }
    }

    private async Task AssertOnlyTheRestIsRequested(string[] all, params string[] rest)
    {
        using var chat = new ScriptedChat((_, category) => ScriptedChat.Good(category));
        var glossary = await Writer(chat).WriteAsync(all, null, null, TestContext.CancellationToken);
        CollectionAssert.AreEqual(rest, chat.Categories.ToArray());
        CollectionAssert.AreEqual(all, glossary.Entries.Select(entry => entry.Name).ToArray());
        Assert.IsEmpty(Directory.GetFiles(_folder.Path, "*.partial"));
    }

    private CategoryWriter Writer(IChatClient chat, string? model = null) => new(chat, CacheFile, model);

    private sealed class Reports(List<string> lines) : IProgress<CategoryWriterProgress>
    {
        public void Report(CategoryWriterProgress value) => lines.Add(value.ToString());
    }
}
