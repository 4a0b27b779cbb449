// The cells of 01-quickstart.ipynb as a program: dotnet run samples/notebooks/01-quickstart.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Overlays;
using Microsoft.ML.SegSam.Training;
using Phantoms;
using SampleKit;
using static SampleKit.NotebookPage;

// # Quick start: masks with names
//
// For a prompt (here: a box around one object), SEG-SAM predicts a mask, the name of the object's category and a score, and which
// other categories are in the image. This notebook first asks a trained model about a real image. Then it trains a small one on synthetic
// slices, saves it, loads it again and shows its predictions.
//
// Before the first run, build what the first cell loads, in the root of the repository:
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

// ## A trained model
//
// `segsam-mini` comes with the samples, and as the package Microsoft.ML.SegSam.Mini: a small model, trained on public images of twelve
// modalities. It did not see this image. The boxes are those of the image's true objects; draw your own around anything else.

var mini = SegSamPredictor.Load(ShippedModel.Find());
var sample = SampleImages.Of("heart-mr.png");
var photo = MLImage.CreateFromFile(sample.Path);
var encoded = mini.Encode(photo); // once, for any number of prompts
var named = mini.Predict(encoded, sample.Objects.Select(part => part.Box).ToList());
foreach (var (part, answer) in sample.Objects.Zip(named))
    Console.WriteLine($"{part.Category}: named {answer.Category} ({answer.Score:0.00}), {answer.Mask.Area} pixels");

var layers = named.Select((answer, i) => new OverlayLayer(
    answer.Mask, Rgb.FromPalette(i), $"{answer.Category} {answer.Score:0.00}")).ToList();
display(MaskOverlay.Render(photo, [("image", []), ("predictions", layers)]));
encoded.Dispose();
mini.Dispose();

// ## 1. Data
//
// Each slice roughly resembles CT, MR or ultrasound and contains several named objects with exact masks. `PhantomData.Load` turns
// slices into ML.NET rows, **one row for each object**: `ImageId`, `Image`, `Box` (x0 y0 x1 y1 in pixels), `Mask`, `Category` and
// `Description` (the appearance of the category, in words). Your own data needs the same columns.
//
// The test slices have another seed, so the model never sees them.

var ml = new MLContext(seed: 1);
var training = PhantomGenerator.Create(seed: 1, trainingSlices).ToList();
var test = PhantomGenerator.Create(seed: 2, testSlices).ToList();
var trainingData = PhantomData.Load(ml, training);
var testData = PhantomData.Load(ml, test);

foreach (var part in training[0].Objects)
    Console.WriteLine($"{part.Category}, box {part.Box.X0} {part.Box.Y0} {part.Box.X1} {part.Box.Y1}: {part.Description}");

// ## 2. Training
//
// The options set the columns and a few settings; the others keep their defaults, such as the encoder `Tiny`, which trains on a CPU.
// `Progress` receives a report after each epoch; a `TrainingHistory` collects the reports and draws curves. `Fit` returns an ML.NET
// transformer.

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
// `Evaluate` compares masks and names with the ground truth: Dice and IoU of both masks, and how often the name is correct, for each
// category. In the semantic mask, a wrong name counts as a miss.

var metrics = ml.Segmentation.Evaluate(model.Transform(testData));
display(metrics);

// ## 4. Save and load
//
// One zip file contains weights, categories, category texts and settings. Loading needs only that file. (ML.NET omits image columns from
// the schema that it stores with the model.)

var path = Path.Combine(work, "segsam.zip");
ml.Model.Save(model, trainingData.Schema, path);
var loaded = new MLContext().Model.Load(path, out var inputSchema);
Console.WriteLine($"{new FileInfo(path).Length / 1e6:0.0} MB, columns {string.Join(", ", inputSchema.Select(column => column.Name))}");

// ## 5. Predict
//
// The input is an image and a box; the output is any output columns that you declare. Several prompts for one image encode it once.
// Gray pixels from any source become an `MLImage` like this.

var engine = ml.Model.CreatePredictionEngine<PromptedImage, Prediction>(loaded);
var slice = test[0];
var image = MLImage.CreateFromPixels(slice.Width, slice.Height, MLPixelFormat.Bgra32,
    slice.Gray.SelectMany(level => new byte[] { level, level, level, 255 }).ToArray());

float[] BoxOf(PhantomObject part) => new float[] { part.Box.X0, part.Box.Y0, part.Box.X1, part.Box.Y1 };
var predictions = slice.Objects.Select(part => engine.Predict(new PromptedImage { Image = image, Box = BoxOf(part) })).ToList();
foreach (var (part, prediction) in slice.Objects.Zip(predictions))
{
    var name = model.Categories[(int)prediction.PredictedCategory - 1];
    Console.WriteLine($"{part.Category}: named {name} ({prediction.ClassScores.Max():0.00}), predicted IoU {prediction.PredictedIoU:0.00}");
}

// ## 6. Look
//
// `MaskOverlay` draws any number of views side by side. A notebook displays the picture; `picture.Save("overlay.png")` writes a file.

SegmentationMask MaskOf(bool[] pixels) => SegmentationMask.FromPixels(pixels, slice.Height, slice.Width);

var truth = slice.Objects.Select((part, i) => new OverlayLayer(MaskOf(part.Mask), Rgb.FromPalette(i), part.Category)).ToList();
var binary = predictions.Select((prediction, i) => new OverlayLayer(
    MaskOf(prediction.BinaryMask), Rgb.FromPalette(i), $"predicted IoU {prediction.PredictedIoU:0.00}")).ToList();
var semantic = predictions.Select((prediction, i) => new OverlayLayer(
    MaskOf(prediction.SemanticMask.Select(key => key != 0).ToArray()), Rgb.FromPalette(i),
    $"{model.Categories[(int)prediction.PredictedCategory - 1]} {prediction.ClassScores.Max():0.00}")).ToList();

var picture = MaskOverlay.Render(image, [("truth", truth), ("binary mask", binary), ("semantic mask", semantic)]);
display(picture);

Directory.Delete(work, recursive: true); // remove this line to keep the files

// ## Next
//
// - Your own images: docs/columns.md describes the columns; `samples/Quickstart --data FOLDER` reads a folder in the layout of
//   SAM-Med2D.
// - Next: [fine-tune on your own images from SAM's weights](02-fine-tune.ipynb), [text knowledge](03-text-knowledge.ipynb),
//   [evaluate](04-evaluate.ipynb).
// - Better masks: first more slices and more epochs, then the settings of `SegSamOptions`.

class PromptedImage
{
    public MLImage Image { get; set; }
    [VectorType(4)] public float[] Box { get; set; }
}

class Prediction
{
    public bool[] BinaryMask { get; set; }          // height x width, row by row: from SAM's own decoder
    public uint[] SemanticMask { get; set; }        // same size: 0 = background, otherwise the category's number, from 1
    public uint PredictedCategory { get; set; }     // the category's number, from 1
    public float[] ClassScores { get; set; }        // a probability for each category
    public float[] PresenceScores { get; set; }      // for each category, the probability that the image has another object of it
    public float PredictedIoU { get; set; }          // predicted IoU of the binary mask
}
