// Automatic masks as a detector: mAP on synthetic slices, by the evaluator of ML.NET's object detection.
using DetectionMetrics;
using SampleKit;

using var interruption = new Interruption();
return DetectionCommand.Run(args, Console.Out, Console.Error, interruption.Token);
