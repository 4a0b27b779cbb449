// The cells of 03-text-knowledge.ipynb as a program: dotnet run samples/notebooks/03-text-knowledge.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Phantoms;
using static SampleKit.NotebookPage;

// # Text knowledge: what the model reads about a category
//
// SAM knows edges, not names. For each category, SEG-SAM reads a text that describes its appearance, embeds it as a vector, and
// combines these vectors with the image: they distinguish the names, and a token computed from them, `t_text`, joins the prompt.
// Categories with few training images benefit most.
//
// This notebook follows a text through glossary, language model, vector and network. The texts are written to train a model, not to
// teach medicine.
//
// Before the first run, build what the first cell loads, in the root of the repository:
//
// ```
// dotnet pack src/Microsoft.ML.SegSam -c Release -o artifacts/feed
// dotnet build samples/Quickstart
// ```
//
// Not a medical device.

var epochs = 8;
var trainingSlices = 80;
var testSlices = 40;
var work = Directory.CreateTempSubdirectory("segsam-notebook-").FullName;

// ## 1. The glossary
//
// The library contains texts about more than 200 structures and lesions. It finds names in many spellings, and never confuses left and
// right.

foreach (var name in new[] { "liver_000", "Hepatic parenchyma", "Kidney (L)", "cholesteatoma" })
{
    var isFound = CategoryGlossary.Default.TryFind(name, out var found);
    Console.WriteLine($"{name}: {(isFound ? found.FullName : "not in the glossary")}");
}

CategoryGlossary.Default.TryFind("left kidney", out var kidney);
Console.WriteLine(kidney.Describe());

// ## 2. A language model can write missing entries
//
// `CategoryWriter` uses any `IChatClient` of Microsoft.Extensions.AI: a service, or a model on your own machine. Here, the class below
// **imitates** one. It is not a language model: it has one fixed response, and first returns an invalid one, to show that the writer
// checks responses and repeats the request.

var responses = Path.Combine(work, "responses.json");
var writer = new CategoryWriter(new FixedChatModel(), responses);
var glossary = await writer.WriteAsync(new[] { "liver", "cholesteatoma, left" }, CategoryGlossary.Default);
glossary.TryFind("left cholesteatoma", out var written);
Console.WriteLine(written.Describe());

// The glossary already contained the liver, so there was no request for it. The writer checks the form of responses, not their truth:
// have a person review the glossary before you use it. Responses are cached in a file, so a second run sends no requests.
// `SegSamOptions.Glossary` takes the glossary.

var second = new CategoryWriter(new FixedChatModel(), responses);
var again = await second.WriteAsync(new[] { "cholesteatoma, left" }, CategoryGlossary.Default);
glossary.Save(Path.Combine(work, "glossary.json"));
Console.WriteLine($"{CategoryGlossary.Default.Entries.Count} entries in the library, {again.Entries.Count} with the new one");

// ## 3. From text to vector
//
// A text embedder computes the vectors once, in `Fit`; they are saved with the model, so prediction needs no embedder. The built-in
// default counts words and parts of words: it needs no download, and texts with common words get similar vectors.
// `OnnxTextEmbedder` runs a text encoder, such as CLIP's or a medical one, from an ONNX file, and `SegSamOptions.TextEmbedder` takes
// any other.
//
// The table shows the cosine similarity of each pair of texts; 1 is the same direction.

var names = new[] { "left kidney", "right kidney", "liver", "brain tumor", "melanoma" };
var texts = names.Select(name => CategoryGlossary.Default.TryFind(name, out var entry) ? entry.Describe() : name).ToList();

// The idea of the default embedder: every word adds 1 at a position of its own, then the vector gets length 1.
float[] Embed(string text)
{
    var vector = new float[512];
    foreach (var word in text.ToLowerInvariant().Split(" .,;:-".ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
        vector[word.Aggregate(0, (hash, letter) => (hash * 31 + letter) % vector.Length)]++;
    var length = MathF.Sqrt(vector.Sum(value => value * value));
    return vector.Select(value => value / length).ToArray();
}

var vectors = texts.Select(Embed).ToList();

double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum(); // the vectors have length 1
Console.WriteLine(string.Concat(names.Prepend("").Select(name => $"{name,-14}")));
for (var i = 0; i < names.Length; i++)
    Console.WriteLine($"{names[i],-14}" + string.Concat(vectors.Select(other => $"{Cosine(vectors[i], other),-14:0.00}")));

// ## 4. What the network does with it
//
// Each vector attends to the image; the result is a token `t_text`, which joins the tokens of the prompt. The vectors are also the class
// head: an object gets the name whose text is most similar to the object's token.
//
// To see the effect, train twice with one seed on slices where some categories appear in at most four images: once without text
// (`TextInsertion.None` and a class head that treats names as numbers), once with the texts of the column `Description`.

var ml = new MLContext(seed: 1);
var modalities = new[] { "ct", "mr" };
var few = new[] { "left kidney", "left lateral ventricle" };
var all = new PhantomSettings { Modalities = modalities };
var rarely = all with { FewShot = few.ToDictionary(name => name, _ => 4) };
var training = PhantomGenerator.Create(seed: 1, trainingSlices, size: 128, rarely).ToList();
var test = PhantomGenerator.Create(seed: 2, testSlices, size: 128, all).ToList();

SegmentationMetrics Try(bool withText)
{
    var options = new SegSamOptions
    {
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        DescriptionColumnName = "Description",
        TextInsertion = withText ? TextInsertion.Both : TextInsertion.None,
        ClassHead = withText ? ClassHead.TextSimilarity : ClassHead.Mlp,
        Epochs = epochs,
    };
    using var model = ml.Transforms.SegSam(options).Fit(PhantomData.Load(ml, training));
    return ml.Segmentation.Evaluate(model.Transform(PhantomData.Load(ml, test)));
}

var without = Try(withText: false);
var with = Try(withText: true);

string Line(string what, Func<MetricMeans, double> measure, bool rare)
{
    double Mean(SegmentationMetrics metrics) => metrics.PerCategory
        .Where(category => few.Contains(category.Key) == rare).Select(category => measure(category.Value))
        .DefaultIfEmpty(double.NaN).Average();
    return $"{what,-24}{(rare ? "rare" : "common"),-10}{Mean(without),10:0.000}{Mean(with),10:0.000}";
}

Console.WriteLine($"{"",-34}{"no text",10}{"text",10}");
foreach (var rare in new[] { false, true })
{
    Console.WriteLine(Line("correct names", category => category.ClassAccuracy, rare));
    Console.WriteLine(Line("Dice of semantic masks", category => category.Semantic.Dice, rare));
}

display(with.Confusion);

Directory.Delete(work, recursive: true); // remove this line to keep the files

// One seed and so few slices prove nothing: docs/ablation.md in the repository has three seeds and more slices, and adds each part of the
// method in turn.
//
// ## Next
//
// - [Evaluate](04-evaluate.ipynb)
// - Your own glossary: docs/data.md describes the entries.

class FixedChatModel : IChatClient
{
    private int _requests;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions options = null, CancellationToken cancellationToken = default)
    {
        Console.WriteLine(_requests == 0 ? "  request" : $"  repeated request: {messages.Last().Text.Split('.')[0]}");
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _requests++ == 0 ? "{ }" : Response)));
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The writer requests whole responses.");

    public object GetService(Type serviceType, object serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(defaultModelId: "imitation") : null;

    public void Dispose()
    {
    }

    private const string Response = @"{
        ""name"": ""cholesteatoma"", ""synonyms"": [""keratoma of the middle ear""], ""hasSides"": true,
        ""location"": ""middle ear and mastoid, often in the attic beside the ossicles"",
        ""shape"": ""rounded mass of a few millimeters to centimeters"",
        ""intensity"": { ""CT"": ""soft tissue, like muscle"", ""endoscopy"": ""pearly white behind the ear drum"" },
        ""texture"": ""even"", ""border"": ""smooth, eroding the bone around it"",
        ""differs"": ""fluid fills the cavity and leaves the bone whole"" }";
}
