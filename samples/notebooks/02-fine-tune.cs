// The cells of 02-fine-tune.ipynb as a program: dotnet run samples/notebooks/02-fine-tune.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Phantoms;
using SampleKit;
using static SampleKit.NotebookPage;

// # Fine-tune on your own images, from SAM's weights
//
// A published SAM has seen millions of masks, but no names, and few medical images. Fine-tuning keeps what it knows of edges and shapes, and
// teaches it your objects and their names from as few images as you have.
//
// You bring a folder of images with masks, and one file of weights. Where you have neither at hand, this notebook makes small ones itself, so
// that every cell runs: its figures then say that the code works, and nothing about patients.
//
// Before the first run, make what the first cell loads. In the root of the repository:
//
// ```
// dotnet pack src/Microsoft.ML.SegSam -c Release -o artifacts/feed
// dotnet build samples/Quickstart
// ```
//
// Not a medical device.

var folder = "";        // your images; empty: made-up CT slices
var checkpoint = "";    // SAM's weights; empty: a small SAM, trained here on made-up MR and ultrasound slices
var epochs = 12;        // passes over your images
var slices = 24;        // made-up images of yours
var earlierSlices = 90; // what the small SAM sees
var earlierEpochs = 8;

var ml = new MLContext(seed: 1);
var work = Directory.CreateTempSubdirectory("segsam-notebook-").FullName;

// ## 1. Your images
//
// The reader used here takes the layout of SAM-Med2D: a folder `images`, a folder `masks` with one file for each object, called
// `IMAGE_CATEGORY_NUMBER.png` (white on black), and `image2label_train.json`, which lists for each image its masks.
// Any other way to rows with the same columns does as well: ML.NET does not care where they come from.

if (folder == "")
{
    folder = Path.Combine(work, "images");
    PhantomFolder.Write(folder, PhantomGenerator.Create(seed: 5, slices, size: 128, new PhantomSettings { Modalities = new[] { "ct" } }));
}

var rows = SamMed2DFolder.Read(folder);
foreach (var row in rows.Take(4))
    Console.WriteLine($"{row.ImageId}: {row.Category}, box {string.Join(" ", row.Box)}, {Path.GetFileName(row.MaskPath)}");

// ## 2. Keep whole images apart
//
// Objects of one image resemble each other, and so do the slices of one patient. So not rows are held out but images; with patients, hold out
// patients. Here every fourth image is.

var images = rows.Select(row => row.ImageId).Distinct().ToList();
var held = images.Where((_, i) => i % 4 == 3).ToHashSet();
var trainingRows = ml.Data.LoadFromEnumerable(rows.Where(row => !held.Contains(row.ImageId)).ToList());
var heldRows = ml.Data.LoadFromEnumerable(rows.Where(row => held.Contains(row.ImageId)).ToList());

var load = ml.Transforms.LoadRawImageBytes("Image", "", "ImagePath").Append(ml.Transforms.LoadRawImageBytes("Mask", "", "MaskPath")).Fit(trainingRows);
var (training, validation) = (load.Transform(trainingRows), load.Transform(heldRows));
Console.WriteLine($"{images.Count - held.Count} images to train on, {held.Count} held out");

// ## 3. The weights
//
// Download one of these from its publisher and write its path into `checkpoint` above; the file tells what it is, and images are prepared as
// that model is used to:
//
// | file | what it is |
// | --- | --- |
// | `sam_vit_b_01ec64.pth` | SAM, ViT-B; the larger ones are `sam_vit_l_0b3195.pth` and `sam_vit_h_4b8939.pth` |
// | `sam-med2d_b.pth` | SAM-Med2D: ViT-B with adapters, at 256 x 256; the quickest of these on a CPU |
// | `medsam_vit_b.pth` | MedSAM: ViT-B, trained on medical images with boxes |
// | `mobile_sam.pt` | MobileSAM: a small encoder |
//
// The stand-in below is a small network of SAM's own parts. `SaveSamWeights` writes what SAM has, and only that, in the form of a published
// file.

if (checkpoint == "")
{
    checkpoint = Path.Combine(work, "small-sam.pth");
    var earlier = PhantomGenerator.Create(seed: 6, earlierSlices, size: 128, new PhantomSettings { Modalities = new[] { "mr", "ultrasound" } }).ToList();
    var small = ml.Transforms.SegSam(new SegSamOptions
    {
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        TextInsertion = TextInsertion.SemanticOnly, // SAM's own decoder knows no text
        Epochs = earlierEpochs,
        Progress = new TrainingHistory(Console.WriteLine),
    }).Fit(PhantomData.Load(ml, earlier));
    small.SaveSamWeights(checkpoint);
    small.Dispose();
}

Console.WriteLine($"{Path.GetFileName(checkpoint)}, {new FileInfo(checkpoint).Length / 1e6:0.0} MB");

// ## 4. Before
//
// With `Epochs = 0` a checkpoint is used as it is. Its binary masks are SAM's; it has learnt no names yet, so the semantic figures mean
// nothing. This is the mark to beat.

var history = new TrainingHistory(Console.WriteLine);
var options = new SegSamOptions
{
    Checkpoint = checkpoint,
    BoxColumnName = "Box",
    ImageIdColumnName = "ImageId",
    EncoderTraining = EncoderTraining.Frozen, // each image is encoded once, so an epoch costs little
    LearningRate = 1e-3,                      // for so small a network; leave it out with published weights
    ImagesPerStep = 2,                        // more steps from few images
    BoxJitter = 0.02,                         // the boxes here are tight
    Epochs = epochs,
    Progress = history,
};
var untrained = ml.Transforms.SegSam(options with { Epochs = 0, Progress = null }).Fit(training);
var before = ml.Segmentation().Evaluate(untrained.Transform(validation));
untrained.Dispose();
Console.WriteLine($"binary Dice before: {before.BinaryDice:0.000}");

// ## 5. Train
//
// `Fit` with validation rows measures them after each epoch, and keeps the weights of the best one. With a frozen encoder the decoders alone
// learn. For more images and more time, let small modules within the encoder learn too: `Adapter = SegSamAdapter.Bottleneck, EncoderTraining =
// EncoderTraining.Adapter`, and `Augmentation = new()` against learning few images by heart. `StateFile = "run.state"` lets a run that was
// interrupted go on where it was.

var model = ml.Transforms.SegSam(options).Fit(training, validation);
display(history);

// ## 6. After
//
// The names come from `Category`. What each looks like, the model reads in the library's glossary, found by these names: see [text
// knowledge](03-text-knowledge.ipynb).
//
// These images chose the best epoch, so their figures flatter a little. For a figure to publish, keep a third set that neither training nor
// choice has seen.

var sheet = ml.Segmentation().ContactSheet(model.Transform(validation), cells: 6);
Console.WriteLine($"binary Dice {before.BinaryDice:0.000} before, {sheet.Metrics.BinaryDice:0.000} after; names right: {sheet.Metrics.ClassAccuracy:P0}");
display(sheet.Metrics);

// The contact sheet shows the objects that came out worst: the true mask in green, then the binary and the semantic mask found, with the
// truth's outline over them. What is red has the wrong name.

display(sheet);

// ## 7. Save, and use it
//
// The zip holds the steps that load the files too, and everything SEG-SAM needs: the checkpoint is not needed any more. A `SegSamPredictor`
// asks about images at hand.

var path = Path.Combine(work, "segsam.zip");
ml.Model.Save(load.Append(model), trainingRows.Schema, path);

var predictor = SegSamPredictor.Load(path);
var question = rows.First(row => held.Contains(row.ImageId));
var encoded = predictor.Encode(question.ImagePath);
var answer = predictor.Predict(encoded, SegSamPrompt.Box(question.Box[0], question.Box[1], question.Box[2], question.Box[3]));
Console.WriteLine($"Asked about the {question.Category}:");
display(answer);
predictor.Dispose();

Directory.Delete(work, recursive: true); // leave this out to keep the files

// ## Next
//
// - [Evaluate and see](04-evaluate.ipynb): by box and by clicks, confusions, curves.
// - `samples/FineTune` trains on several sources at once, leaves each image out in turn, and writes a report.
