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
using Phantoms;
using static SampleKit.NotebookPage;

// # Text knowledge: what the model reads about a category
//
// SAM knows edges, not names. SEG-SAM reads for each category a text about what it looks like, turns it into a vector, and lets these vectors
// meet the image: they decide between names, and one token made of them, `t_text`, joins the prompt. A category that only a few images show
// gains most, for its text says what they cannot.
//
// This notebook follows a text on its way: glossary, language model, vector, network. The texts are written to teach a model, not medicine.
//
// Before the first run, make what the first cell loads. In the root of the repository:
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
// The library brings texts about more than 200 structures and lesions. Names are found whatever their spelling, and left is never taken for
// right.

foreach (var name in new[] { "liver_000", "Hepatic parenchyma", "Kidney (L)", "cholesteatoma" })
    Console.WriteLine(CategoryGlossary.Default.TryFind(name, out var found) ? $"{name}: {found.FullName}" : $"{name}: not in the glossary");

CategoryGlossary.Default.TryFind("left kidney", out var kidney);
Console.WriteLine(kidney.Describe());

// ## 2. What the glossary lacks, a language model can write
//
// `CategoryWriter` asks any `IChatClient` of Microsoft.Extensions.AI: a service's, or a model on your own machine. Here there is neither, so
// the class below **stands in for one**. It is no language model: it has one answer by heart, and gives it wrong at first, to show that the
// writer checks answers and asks again.

var answers = Path.Combine(work, "answers.json");
var writer = new CategoryWriter(new PretendChatModel(), answers);
var glossary = await writer.WriteAsync(new[] { "liver", "cholesteatoma, left" }, CategoryGlossary.Default);
glossary.TryFind("left cholesteatoma", out var written);
Console.WriteLine(written.Describe());

// The liver was known, so nobody was asked about it. Answers are checked in form, not in truth: let a person read the glossary before you use
// it. They are kept in a file, so a second run asks nothing. `SegSamOptions.Glossary` takes the glossary.

var again = await new CategoryWriter(new PretendChatModel(), answers).WriteAsync(new[] { "cholesteatoma, left" }, CategoryGlossary.Default);
glossary.Save(Path.Combine(work, "glossary.json"));
Console.WriteLine($"{CategoryGlossary.Default.Entries.Count} entries in the library, {again.Entries.Count} with the one written");

// ## 3. From text to vector
//
// A text embedder makes the vectors once, in `Fit`; they are saved with the model, so predicting needs none. The default,
// which is built in, counts words and their parts: it needs no download, and texts that share words lie close together. `OnnxTextEmbedder`
// runs a language model such as CLIP's or a medical one from an ONNX file, and `SegSamOptions.TextEmbedder` takes any other.
//
// The table has the cosine of each two texts: 1 is the same direction.

var names = new[] { "left kidney", "right kidney", "liver", "brain tumor", "melanoma" };
var texts = names.Select(name => CategoryGlossary.Default.TryFind(name, out var entry) ? entry.Describe() : name).ToList();

// The idea of the default embedder: every word adds 1 at a place of its own, then the vector gets length 1.
float[] Embed(string text)
{
    var vector = new float[512];
    foreach (var word in text.ToLowerInvariant().Split(" .,;:-".ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
        vector[word.Aggregate(0, (hash, letter) => (hash * 31 + letter) % vector.Length)]++;
    var length = MathF.Sqrt(vector.Sum(value => value * value));
    return vector.Select(value => value / length).ToArray();
}

var vectors = texts.Select(Embed).ToList();

double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum(); // they have length 1
Console.WriteLine(string.Concat(names.Prepend("").Select(name => $"{name,-14}")));
for (var i = 0; i < names.Length; i++)
    Console.WriteLine($"{names[i],-14}" + string.Concat(vectors.Select(other => $"{Cosine(vectors[i], other),-14:0.00}")));

// ## 4. What the network does with it
//
// Each vector attends to the image; what comes out is one token `t_text`, which joins the tokens of the prompt. The vectors also are the class
// head: an object gets the name whose text its own token lies closest to.
//
// To see what that is worth, train twice with one seed on slices where some categories appear in at most four images: once without any text
// (`TextInsertion.None` and a class head that knows names only as numbers), once with the texts of the rows' column `Description`.

var ml = new MLContext(seed: 1);
var modalities = new[] { "ct", "mr" };
var few = new[] { "left kidney", "left lateral ventricle" };
var training = PhantomGenerator.Create(seed: 1, trainingSlices, size: 128, new PhantomSettings { Modalities = modalities, FewShot = few.ToDictionary(name => name, _ => 4) }).ToList();
var test = PhantomGenerator.Create(seed: 2, testSlices, size: 128, new PhantomSettings { Modalities = modalities }).ToList();

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
    return ml.Segmentation().Evaluate(model.Transform(PhantomData.Load(ml, test)));
}

var without = Try(withText: false);
var with = Try(withText: true);

string Line(string what, Func<CategoryMetrics, double> measure, bool rare)
{
    double Mean(SegmentationMetrics metrics) => metrics.PerCategory.Where(each => few.Contains(each.Category) == rare).Select(measure).DefaultIfEmpty(double.NaN).Average();
    return $"{what,-24}{(rare ? "rare" : "common"),-10}{Mean(without),10:0.000}{Mean(with),10:0.000}";
}

Console.WriteLine($"{"",-34}{"no text",10}{"text",10}");
foreach (var rare in new[] { false, true })
{
    Console.WriteLine(Line("names right", each => each.ClassAccuracy, rare));
    Console.WriteLine(Line("Dice of semantic masks", each => each.SemanticDice, rare));
}

display(with.Confusion);

Directory.Delete(work, recursive: true); // leave this out to keep the files

// One seed and so few slices prove nothing, whichever way it went: the repository's docs/ablation.md has three seeds and more of them, with
// each part of the method added in turn.
//
// ## Next
//
// - [Evaluate and see](04-evaluate.ipynb)
// - Your own glossary: docs/data.md says what an entry holds.

class PretendChatModel : IChatClient
{
    private int _asked;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions options = null, CancellationToken cancellationToken = default)
    {
        Console.WriteLine(_asked == 0 ? "  asked" : $"  asked again: {messages.Last().Text.Split('.')[0]}");
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _asked++ == 0 ? "{ }" : Answer)));
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The writer asks for whole answers.");

    public object GetService(Type serviceType, object serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(defaultModelId: "pretended") : null;

    public void Dispose()
    {
    }

    private const string Answer = @"{
        ""name"": ""cholesteatoma"", ""synonyms"": [""keratoma of the middle ear""], ""hasSides"": true,
        ""location"": ""middle ear and mastoid, often in the attic beside the ossicles"",
        ""shape"": ""rounded mass of a few millimeters to centimeters"",
        ""intensity"": { ""CT"": ""soft tissue, like muscle"", ""endoscopy"": ""pearly white behind the ear drum"" },
        ""texture"": ""even"", ""border"": ""smooth, eroding the bone around it"",
        ""differs"": ""fluid fills the cavity and leaves the bone whole"" }";
}
