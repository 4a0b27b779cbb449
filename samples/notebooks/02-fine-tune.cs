// The cells of 02-fine-tune.ipynb as a program: dotnet run samples/notebooks/02-fine-tune.cs
// Edit the notebook; a test writes this file: SEGSAM_APPROVE=1 dotnet test --filter "ClassName~NotebookProgram"
#:project ../../src/Microsoft.ML.SegSam
#:project ../Phantoms
#:project ../SampleKit
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training;
using Phantoms;
using SampleKit;
using static SampleKit.NotebookPage;

// # Fine-tune on your own images, from SAM's weights
//
// A published SAM has seen millions of masks, but no names and few medical images. Fine-tuning keeps its knowledge of edges and
// shapes, and teaches it your objects and their names from few images.
//
// You provide a folder of images with masks, and a file of weights. If you have neither, this notebook creates small ones, so that every
// cell runs: its metrics then show that the code works, and nothing about patients.
//
// Before the first run, build what the first cell loads, in the root of the repository:
//
// ```
// dotnet pack src/Microsoft.ML.SegSam -c Release -o artifacts/feed
// dotnet build samples/Quickstart
// ```
//
// Not a medical device.

var folder = "";        // your images; empty: synthetic CT slices
var checkpoint = "";    // SAM's weights; empty: a small SAM, trained here on synthetic MR and ultrasound slices
var epochs = 12;        // passes over your images
var slices = 24;        // synthetic images in place of yours
var earlierSlices = 90; // training slices of the small SAM
var earlierEpochs = 8;

var ml = new MLContext(seed: 1);
var work = Directory.CreateTempSubdirectory("segsam-notebook-").FullName;

// ## 1. Your images
//
// This reader expects the layout of SAM-Med2D: a folder `images`, a folder `masks` with one file for each object, called
// `IMAGE_CATEGORY_NUMBER.png` (white on black), and `image2label_train.json`, which lists the masks of each image.
// Any other source of rows with the same columns works, too.

if (folder == "")
{
    folder = Path.Combine(work, "images");
    PhantomFolder.Write(folder, PhantomGenerator.Create(seed: 5, slices, size: 128, new PhantomSettings { Modalities = new[] { "ct" } }));
}

var rows = SamMed2DFolder.Read(folder);
foreach (var row in rows.Take(4))
    Console.WriteLine($"{row.ImageId}: {row.Category}, box {string.Join(" ", row.Box)}, {Path.GetFileName(row.MaskPath)}");

// ## 2. Hold out whole images
//
// Objects of one image resemble each other, and so do the slices of one patient. Therefore hold out images, not rows; with several
// slices per patient, hold out patients. Here, every fourth image is held out.

var images = rows.Select(row => row.ImageId).Distinct().ToList();
var held = images.Where((_, i) => i % 4 == 3).ToHashSet();
var trainingRows = ml.Data.LoadFromEnumerable(rows.Where(row => !held.Contains(row.ImageId)).ToList());
var heldRows = ml.Data.LoadFromEnumerable(rows.Where(row => held.Contains(row.ImageId)).ToList());

var load = ml.Transforms.LoadRawImageBytes("Image", "", "ImagePath")
    .Append(ml.Transforms.LoadRawImageBytes("Mask", "", "MaskPath")).Fit(trainingRows);
var (training, validation) = (load.Transform(trainingRows), load.Transform(heldRows));
Console.WriteLine($"{images.Count - held.Count} images to train on, {held.Count} held out");

// ## 3. The weights
//
// Download one of these from its publisher and set `checkpoint` above to its path. The model is recognized from the file, and images are
// prepared as that model expects:
//
// | file | model |
// | --- | --- |
// | `sam_vit_b_01ec64.pth` | SAM, ViT-B; the larger ones are `sam_vit_l_0b3195.pth` and `sam_vit_h_4b8939.pth` |
// | `sam-med2d_b.pth` | SAM-Med2D: ViT-B with adapters, at 256 x 256; the fastest of these on a CPU |
// | `medsam_vit_b.pth` | MedSAM: ViT-B, trained on medical images with boxes |
// | `mobile_sam.pt` | MobileSAM: a small encoder |
//
// The substitute below is a small network of SAM's own parts. `SaveSamWeights` writes only its SAM part, under
// the names of a published file.

if (checkpoint == "")
{
    checkpoint = Path.Combine(work, "small-sam.safetensors");
    var settings = new PhantomSettings { Modalities = new[] { "mr", "ultrasound" } };
    var earlier = PhantomGenerator.Create(seed: 6, earlierSlices, size: 128, settings).ToList();
    var small = ml.Transforms.SegSam(new SegSamOptions
    {
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        TextInsertion = TextInsertion.SemanticOnly, // SAM's own decoder uses no text
        Epochs = earlierEpochs,
        Progress = new TrainingHistory(Console.WriteLine),
    }).Fit(PhantomData.Load(ml, earlier));
    small.SaveSamWeights(checkpoint);
    small.Dispose();
}

Console.WriteLine($"{Path.GetFileName(checkpoint)}, {new FileInfo(checkpoint).Length / 1e6:0.0} MB");

// ## 4. Before
//
// With `Epochs = 0`, a checkpoint is used as it is. Its binary masks are SAM's. It has learned no names yet, so the semantic metrics
// have no meaning. This is the baseline.

var history = new TrainingHistory(Console.WriteLine);
var options = new SegSamOptions
{
    Checkpoint = checkpoint,
    BoxColumnName = "Box",
    ImageIdColumnName = "ImageId",
    EncoderTraining = EncoderTraining.Frozen, // each image is encoded once, so an epoch costs little
    LearningRate = 1e-3,                      // for such a small network; remove it with published weights
    ImagesPerStep = 2,                        // more steps from few images
    BoxJitter = 0.02,                         // the boxes here are tight
    Epochs = epochs,
    Progress = history,
};
var untrained = ml.Transforms.SegSam(options with { Epochs = 0, Progress = null }).Fit(training);
var before = ml.Segmentation.Evaluate(untrained.Transform(validation));
untrained.Dispose();
Console.WriteLine($"binary Dice before: {before.Binary.Dice:0.000}");

// ## 5. Train
//
// With validation rows, `Fit` measures them after each epoch and keeps the weights of the best one. With a frozen encoder, only the
// decoders are trained. With more images and time, train small modules in the encoder, too: `Adapter = SegSamAdapter.Bottleneck,
// EncoderTraining = EncoderTraining.Adapter`, and `Augmentation = new()` against overfitting. With `StateFile = "run.state"`, an
// interrupted run can continue.

var model = ml.Transforms.SegSam(options).Fit(training, validation);
display(history);

// ## 6. After
//
// The names come from `Category`. The model finds descriptions for these names in the library's glossary: see [text
// knowledge](03-text-knowledge.ipynb).
//
// These images selected the best epoch, so their metrics are slightly optimistic. For metrics to publish, keep a third set that is used
// neither for training nor for selection.

var sheet = ml.Segmentation.MakeContactSheet(model.Transform(validation), cells: 6);
Console.WriteLine($"binary Dice {before.Binary.Dice:0.000} before, {sheet.Metrics.Binary.Dice:0.000} after");
Console.WriteLine($"correct names: {sheet.Metrics.ClassAccuracy:P0}");
display(sheet.Metrics);

// The contact sheet shows the worst objects: the true mask in green, then the predicted binary and semantic masks, with the
// outline of the true mask over them. Red marks a wrong name.

display(sheet);

// ## 7. Save and use the model
//
// The zip also contains the steps that load the files, and everything that SEG-SAM needs: the checkpoint is no longer needed. A
// `SegSamPredictor` predicts single images.

var path = Path.Combine(work, "segsam.zip");
ml.Model.Save(load.Append(model), trainingRows.Schema, path);

var predictor = SegSamPredictor.Load(path);
var sample = rows.First(row => held.Contains(row.ImageId));
var encoded = predictor.Encode(sample.ImagePath);
var prediction = predictor.Predict(encoded, SegSamPrompt.Box(sample.Box[0], sample.Box[1], sample.Box[2], sample.Box[3]));
Console.WriteLine($"Prediction for the {sample.Category}:");
display(prediction);
predictor.Dispose();

Directory.Delete(work, recursive: true); // remove this line to keep the files

// ## Next
//
// - [Evaluate](04-evaluate.ipynb): by box and by points, confusion matrices, curves.
// - `samples/FineTune` trains on several sources at once, leaves out each image in turn, and writes a report.
