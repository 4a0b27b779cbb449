// Automatic masks as a detector: mAP by the evaluator of ML.NET's own object detection, on made-up slices.
using DetectionMetrics;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
return DetectionCommand.Run(args, Console.Out, Console.Error, cancel.Token);
