// The cells of 04-evaluate.ipynb as a program: dotnet run samples/notebooks/04-evaluate.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Overlays;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training;
using Phantoms;
using static SampleKit.NotebookPage;

// # Evaluate
//
// A mean of 0.9 hides the one object in ten that is wrong. This notebook looks at a model from several sides: the training curves, the
// metrics of each category, confused names, the worst objects, and boxes versus points.
//
// Before the first run, build what the first cell loads, in the root of the repository:
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

// ## 1. A model to evaluate
//
// Three sets: one for training, one to select the best epoch, and one for testing, which is used for neither.

var ml = new MLContext(seed: 1);
var settings = new PhantomSettings { GrayOverlap = 1 }; // gray levels do not distinguish categories
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

// ## 2. Training curves
//
// The curves show the loss and its parts, and the validation metrics. If the loss still falls and validation still rises, more epochs
// help; if the loss falls and validation does not rise, more images help. The picture is SVG; `File.WriteAllText` saves it for a
// report.

display(history);
File.WriteAllText(Path.Combine(work, "curves.svg"), history.ToSvg());

// ## 3. Metrics
//
// `Evaluate` reads the scored rows once. Dice and IoU compare areas; the surface Dice (NSD) and the Hausdorff distance (HD95) compare
// outlines. In the semantic mask, a wrong name counts as a miss. `ContactSheet` computes the same metrics and also keeps pictures of
// the worst objects, so that the data are scored only once.

var sheet = ml.Segmentation.MakeContactSheet(model.Transform(test), cells: 12);
display(sheet.Metrics);
File.WriteAllText(Path.Combine(work, "metrics.csv"), sheet.Metrics.ToCsv());

// ## 4. Confused names
//
// Rows are true categories, columns are predicted names. Everything off the diagonal is a confusion; typical ones are the same organ
// on the other side, or a part and its whole.

display(sheet.Metrics.Confusion);
File.WriteAllText(Path.Combine(work, "confusion.svg"), sheet.Metrics.Confusion.ToSvg());

// ## 5. The worst objects
//
// Look at these before you trust a mean. Is the ground truth wrong? Is the object tiny or cut off? Is it one category, or one kind of
// image?

display(sheet);

// ## 6. Prediction and ground truth
//
// All objects of one image: encode it once, predict each object, and draw the predictions beside the ground truth.

var slice = PhantomGenerator.Create(seed: 3, 1, size: 128, settings).First();
var image = MLImage.CreateFromPixels(slice.Width, slice.Height, MLPixelFormat.Bgra32,
    slice.Gray.SelectMany(level => new byte[] { level, level, level, 255 }).ToArray());

var predictor = new SegSamPredictor(model);
var encoded = predictor.Encode(image);
var predictions = slice.Objects.Select(part => predictor.Predict(
    encoded, SegSamPrompt.Box(part.Box.X0, part.Box.Y0, part.Box.X1, part.Box.Y1))).ToList();
var truth = slice.Objects.Select((part, i) => new OverlayLayer(
    SegmentationMask.FromPixels(part.Mask, slice.Height, slice.Width), Rgb.FromPalette(i), part.Category)).ToList();
var predicted = predictions.Select((prediction, i) => new OverlayLayer(
    prediction.Mask, Rgb.FromPalette(i), $"{prediction.Category} {prediction.Score:0.00}")).ToList();

display(MaskOverlay.Render(image, [("truth", truth), ("predicted", predicted)]));

// A notebook also displays a prediction: both masks, the most probable names, and the other categories that the model sees in the image.

display(predictions[0]);

// ## 7. Boxes and points
//
// A fair comparison uses the same prompts for every model. `EvaluationPrompts` fixes boxes and first points in a file; each further
// point is placed in the error region of the previous prediction, by a rule that any program can follow. This model was trained with
// boxes only, so its results with points are poor: set `PointsColumnName` and `PointLabelsColumnName` to train with points.

var prompts = EvaluationPrompts.Create(test, seed: 1);
prompts.Save(Path.Combine(work, "prompts.json"));
display(ml.Segmentation.EvaluateProtocol(model, test, prompts));

foreach (var file in Directory.EnumerateFiles(work).Order())
    Console.WriteLine(file);
Directory.Delete(work, recursive: true); // remove this line to keep the files
