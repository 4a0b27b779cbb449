// Automatic masks as a detector: mAP on synthetic slices, by the evaluator of ML.NET's object detection.
using DetectionMetrics;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
return DetectionCommand.Run(args, Console.Out, Console.Error, cancel.Token);
