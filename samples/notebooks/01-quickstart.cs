// The cells of 01-quickstart.ipynb as a program: dotnet run samples/notebooks/01-quickstart.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Imaging;
using Phantoms;
using static SampleKit.NotebookPage;

// # Quick start: masks with names
//
// SEG-SAM answers a prompt (here: a box around one object) with a mask, the name of the object's category and a score, and says which
// other categories are in the image. This notebook trains a small model on made-up slices, saves it, loads it again and shows what it finds.
//
// Before the first run, make what the first cell loads. In the root of the repository:
//
// ```
// dotnet pack src/Microsoft.ML.SegSam -c Release -o artifacts/feed
// dotnet build samples/Quickstart
// ```
//
// Not a medical device.

var epochs = 12;          // passes over the training images
var trainingSlices = 150;
var testSlices = 30;
var work = Directory.CreateTempSubdirectory("segsam-notebook-").FullName;

// ## 1. Data
//
// Each slice looks roughly like CT, MR or ultrasound and holds several named objects with exact masks. `PhantomData.Load` turns slices into
// ML.NET rows, **one row for each object**: `ImageId`, `Image`, `Box` (x0 y0 x1 y1 in pixels), `Mask`, `Category` and `Description`
// (what the category looks like, in words). Your own data needs the same columns, whatever it comes from.
//
// The test slices come from another seed, so the model never sees them.

var ml = new MLContext(seed: 1);
var training = PhantomGenerator.Create(seed: 1, trainingSlices).ToList();
var test = PhantomGenerator.Create(seed: 2, testSlices).ToList();
var trainingData = PhantomData.Load(ml, training);
var testData = PhantomData.Load(ml, test);

foreach (var part in training[0].Objects)
    Console.WriteLine($"{part.Category}, box {part.Box.X0} {part.Box.Y0} {part.Box.X1} {part.Box.Y1}: {part.Description}");

// ## 2. Training
//
// The options name the columns and the settings; all others keep their defaults, such as the encoder `Tiny`, which trains on a CPU.
// `Progress` receives one report for each epoch; a `TrainingHistory` keeps them and draws their curves. `Fit` returns an ML.NET transformer.

var history = new TrainingHistory(Console.WriteLine);
var estimator = ml.Transforms.SegSam(new SegSamOptions
{
    BoxColumnName = "Box",
    DescriptionColumnName = "Description",
    ImageIdColumnName = "ImageId",
    Epochs = epochs,
    Progress = history,
});
var model = estimator.Fit(trainingData);
display(history);

// ## 3. How good is it?
//
// `Evaluate` compares masks and names with the truth: Dice and IoU of both masks, and how often the name is right, for each category.
// In the semantic mask a wrong name counts as a miss.

var metrics = ml.Segmentation().Evaluate(model.Transform(testData));
display(metrics);

// ## 4. Save and load
//
// One zip file holds weights, categories, category texts and settings. Loading needs nothing but the file. (ML.NET leaves image columns out of
// the schema that it stores beside the model.)

var path = Path.Combine(work, "segsam.zip");
ml.Model.Save(model, trainingData.Schema, path);
var loaded = new MLContext().Model.Load(path, out var inputSchema);
Console.WriteLine($"{new FileInfo(path).Length / 1e6:0.0} MB, columns {string.Join(", ", inputSchema.Select(column => column.Name))}");

// ## 5. Ask
//
// A question is an image and a box; an answer is whichever output columns you declare. Several questions about one image encode it once.
// Grey pixels become an `MLImage` like this, wherever they come from.

var engine = ml.Model.CreatePredictionEngine<Question, Answer>(loaded);
var slice = test[0];
var image = MLImage.CreateFromPixels(slice.Width, slice.Height, MLPixelFormat.Bgra32,
    slice.Gray.SelectMany(grey => new byte[] { grey, grey, grey, 255 }).ToArray());

var answers = slice.Objects
    .Select(part => engine.Predict(new Question { Image = image, Box = new float[] { part.Box.X0, part.Box.Y0, part.Box.X1, part.Box.Y1 } }))
    .ToList();
foreach (var (part, answer) in slice.Objects.Zip(answers))
{
    var name = model.Categories[(int)answer.PredictedCategory - 1];
    Console.WriteLine($"{part.Category}: named {name} ({answer.ClassScores.Max():0.00}), predicted IoU {answer.PredictedIoU:0.00}");
}

// ## 6. Look
//
// `MaskOverlay` paints any number of views side by side. The picture shows itself in a notebook; `picture.Save("overlay.png")` writes a file.

var truth = slice.Objects.Select((part, i) => new OverlayLayer(part.Mask, Palette.ColorOf(i), part.Category)).ToList();
var binary = answers.Select((answer, i) => new OverlayLayer(answer.BinaryMask, Palette.ColorOf(i), $"predicted IoU {answer.PredictedIoU:0.00}")).ToList();
var semantic = answers.Select((answer, i) => new OverlayLayer(
    answer.SemanticMask.Select(key => key != 0).ToArray(), Palette.ColorOf(i),
    $"{model.Categories[(int)answer.PredictedCategory - 1]} {answer.ClassScores.Max():0.00}")).ToList();

var picture = MaskOverlay.Render(image, new[]
{
    new OverlayPanel("truth", truth),
    new OverlayPanel("binary mask", binary),
    new OverlayPanel("semantic mask", semantic),
});
display(picture);

Directory.Delete(work, recursive: true); // leave this out to keep the files

// ## Next
//
// - Your own images: docs/columns.md says what a row holds; `samples/Quickstart --data FOLDER` reads a folder in the layout of SAM-Med2D.
// - Next: [fine-tune on your own images from SAM's weights](02-fine-tune.ipynb), [text knowledge](03-text-knowledge.ipynb), [evaluate and see](04-evaluate.ipynb).
// - Better masks: more slices and more epochs first, then the settings of `SegSamOptions`.

class Question
{
    public MLImage Image { get; set; }
    [VectorType(4)] public float[] Box { get; set; }
}

class Answer
{
    public bool[] BinaryMask { get; set; }          // height x width, row by row: SAM's own decoder
    public uint[] SemanticMask { get; set; }        // the same size: 0 = background, else the category's number from 1
    public uint PredictedCategory { get; set; }     // the category's number from 1
    public float[] ClassScores { get; set; }        // one probability for each category
    public float[] PresenceScores { get; set; }      // for each category, whether another object of it is in the image
    public float PredictedIoU { get; set; }          // predicted IoU of the binary mask
}
