// The cells of 04-evaluate.ipynb as a program: dotnet run samples/notebooks/04-evaluate.cs
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

// # Evaluate, and see
//
// A mean of 0.9 hides the one object in ten that is wrong. This notebook looks at a model from all sides: how it learnt, how good it is for
// each category, which names it mixes up, which objects came out worst, and what boxes and clicks are worth.
//
// Before the first run, make what the first cell loads. In the root of the repository:
//
// ```
// dotnet pack src/Microsoft.ML.SegSam -c Release -o artifacts/feed
// dotnet build samples/Quickstart
// ```
//
// Not a medical device.

var epochs = 10;
var trainingSlices = 120;
var validationSlices = 15;
var testSlices = 30;
var work = Directory.CreateTempSubdirectory("segsam-notebook-").FullName;

// ## 1. A model to look at
//
// Three sets: one to learn from, one to choose the best epoch by, one to measure on, which neither has seen.

var ml = new MLContext(seed: 1);
var settings = new PhantomSettings { GreyOverlap = 1 }; // grey levels tell no category from another
IDataView Slices(int seed, int count) => PhantomData.Load(ml, PhantomGenerator.Create(seed, count, size: 128, settings).ToList());
var (training, validation, test) = (Slices(1, trainingSlices), Slices(2, validationSlices), Slices(3, testSlices));

var history = new TrainingHistory(Console.WriteLine);
var model = ml.Transforms.SegSam(new SegSamOptions
{
    BoxColumnName = "Box",
    DescriptionColumnName = "Description",
    ImageIdColumnName = "ImageId",
    Epochs = epochs,
    Progress = history,
}).Fit(training, validation);

// ## 2. How it learnt
//
// The curves of the loss and its parts, and of the validation rows. If the loss still falls and validation still rises, more epochs help; if
// the loss falls and validation does not, more images do. The picture is SVG: `File.WriteAllText` puts it on disk, for a report.

display(history);
File.WriteAllText(Path.Combine(work, "curves.svg"), history.ToSvg());

// ## 3. The figures
//
// `Evaluate` reads the scored rows once. Dice and IoU compare areas; the surface Dice (NSD) and the Hausdorff distance (HD95) compare
// outlines. In the semantic mask a wrong name counts as a miss. `ContactSheet` does the same, and keeps pictures of the worst objects besides,
// so that the data are scored only once.

var sheet = ml.Segmentation().ContactSheet(model.Transform(test), cells: 12);
display(sheet.Metrics);
File.WriteAllText(Path.Combine(work, "metrics.csv"), sheet.Metrics.ToCsv());

// ## 4. Which names it mixes up
//
// True categories down, names given across. What is not on the diagonal is confused; a twin on the other side, or a part and its whole, are
// usual.

display(sheet.Metrics.Confusion);
File.WriteAllText(Path.Combine(work, "confusion.svg"), sheet.Metrics.Confusion.ToSvg());

// ## 5. The worst first
//
// Look at these before you trust a mean. Is the truth itself wrong? Is the object tiny, or cut off? Is it one category, or one kind of image?

display(sheet);

// ## 6. Truth beside prediction
//
// All objects of one image: encode it once, ask about each, and paint the answers beside the truth.

var slice = PhantomGenerator.Create(seed: 3, 1, size: 128, settings).First();
var image = MLImage.CreateFromPixels(slice.Width, slice.Height, MLPixelFormat.Bgra32,
    slice.Gray.SelectMany(grey => new byte[] { grey, grey, grey, 255 }).ToArray());

var predictor = new SegSamPredictor(model);
var encoded = predictor.Encode(image);
var answers = slice.Objects.Select(part => predictor.Predict(encoded, SegSamPrompt.Box(part.Box.X0, part.Box.Y0, part.Box.X1, part.Box.Y1))).ToList();

SegmentationMask Mask(bool[] pixels) => SegmentationMask.FromPixels(pixels, slice.Height, slice.Width);
display(MaskOverlay.Render(image, new[]
{
    new OverlayPanel("truth", slice.Objects.Select((part, i) => new OverlayLayer(Mask(part.Mask), Palette.ColorOf(i), part.Category)).ToList()),
    new OverlayPanel("found", answers.Select((answer, i) => new OverlayLayer(answer.Mask, Palette.ColorOf(i), $"{answer.Category} {answer.Score:0.00}")).ToList()),
}));

// An answer shows itself too: both masks, the most probable names, and what else is said to be in the image.

display(answers[0]);

// ## 7. Boxes, and clicks
//
// A fair comparison asks every model the same. `EvaluationPrompts` fixes boxes and first clicks once, in a file; each further click goes into
// the error of the answer before, by a rule that any program can follow. This model was trained with boxes alone, so expect nothing of its
// clicks: name `PointsColumnName` and `PointLabelsColumnName` to train with them.

var prompts = EvaluationPrompts.Create(test, seed: 1);
prompts.Save(Path.Combine(work, "prompts.json"));
display(ml.Segmentation().EvaluateProtocol(model, test, prompts));

foreach (var file in Directory.EnumerateFiles(work).Order())
    Console.WriteLine(file);
Directory.Delete(work, recursive: true); // leave this out to keep the files
