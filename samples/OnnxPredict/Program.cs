using System.Globalization;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;

// Masks with names and scores from an exported model, by ONNX Runtime alone.
if (args.Length < 3)
{
    Console.Error.WriteLine("""
        usage: OnnxPredict FOLDER IMAGE X0,Y0,X1,Y1 ...

        FOLDER holds an exported model; this makes one of the model that comes with the samples:
          dotnet run --project samples/SegSam.Cli -- convert mini --onnx --out FOLDER
        Each box, in pixels of the image, is answered by one line of JSON.
        """);
    return 2;
}

using var predictor = SegSamPredictor.Load(args[0]);
using var image = predictor.Encode(args[1]);
SegSamPrompt[] boxes = [.. args[2..]
    .Select(box => box.Split(',').Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray())
    .Select(box => SegSamPrompt.Box(box[0], box[1], box[2], box[3]))];
foreach (var prediction in predictor.Predict(image, boxes))
    Console.WriteLine(prediction.ToJson());
return 0;
