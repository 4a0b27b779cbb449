using System.Diagnostics;
using Med2D.Scoring;
using Med2D.Training;
using SampleKit;
using TorchSharp;

namespace Med2D.UNets;

/// <summary>Trains a U-Net for each source; finished ones are kept, so that a stopped run continues with the next.</summary>
internal sealed class UNetTraining(RunSettings settings, TrainingData data, string folder, Messages messages, CancellationToken cancel)
{
    /// <summary>Side of the network's input unless another is asked for.</summary>
    public const int DefaultInput = 256;

    private const int Granularity = 16; // four halvings

    /// <summary>Begins or continues the run.</summary>
    /// <exception cref="ArgumentException">The input's side is not a multiple of 16.</exception>
    /// <exception cref="StoppedException">Canceled.</exception>
    public RunRecord Run()
    {
        var side = settings.Input!.Value;
        if (side % Granularity != 0)
            throw new ArgumentException(FormattableString.Invariant($"--input is {side}; expected a multiple of {Granularity}."));
        var record = RunRecord.Find(folder, settings)
            ?? new(settings, Epochs: 0, SecondsPerStep: null, ProbeSeconds: 0, Work.None, new Dictionary<string, TrainedModel>());
        record.Save(folder);
        var names = FileNames();
        foreach (var (i, source) in data.Sources.Index())
        {
            if (record.Models.ContainsKey(source))
                continue;
            try
            {
                var model = Train(source, names[source], side, settings.Seed + i);
                record = record with
                {
                    Work = record.Work.Plus(model.Work),
                    Device = FormattableString.Invariant($"CPU ({torch.get_num_threads()} threads)"),
                    Models = new Dictionary<string, TrainedModel>(record.Models) { [source] = model },
                };
            }
            catch (OperationCanceledException)
            {
                throw new StoppedException($"Stopped; the same command continues with {source}.");
            }

            record.Save(folder);
        }

        if (record.Finished is null)
        {
            record = record with { Finished = DateTimeOffset.UtcNow };
            record.Save(folder);
        }

        return record;
    }

    private TrainedModel Train(string source, string file, int side, int seed)
    {
        var (clock, cpu) = (Stopwatch.StartNew(), LibraryTraining.CpuSeconds());
        var images = new UNetImages([.. data.Rows.Where(row => row.Source == source)], side);
        using var network = new UNet(images.Categories.Count, seed);
        var last = TimeSpan.Zero;
        var budget = new UNetBudget(
            settings.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes * Share(source)) : null, settings.Epochs);
        var (seen, steps, loss) = UNetTrainer.Train(network, images, budget, seed, (step, all, loss) =>
        {
            if (all == int.MaxValue || (clock.Elapsed - last < TimeSpan.FromSeconds(5) && step < all))
                return;
            last = clock.Elapsed;
            messages.Show(FormattableString.Invariant($"{source}: step {step} of {all}, loss {loss:0.000}, ")
                + $"{Messages.Text(clock.Elapsed / step * (all - step))} left");
        }, cancel);
        var path = Path.Combine(folder, file);
        OutputFile.Write(path, partial => network.save(partial));
        return new(file, Digests.OfFile(path), new(seen, steps, clock.Elapsed.TotalSeconds, LibraryTraining.CpuSeconds() - cpu), loss,
            network.Parameters)
        {
            Categories = images.Categories,
        };
    }

    // In proportion to the square root of the number of images: between equal time for each source and equal time for each image.
    private double Share(string source)
    {
        double Weight(string name) => Math.Sqrt(data.Rows.Where(row => row.Source == name).Select(row => row.ImageId).Distinct().Count());
        return Weight(source) / data.Sources.Sum(Weight);
    }

    private Dictionary<string, string> FileNames()
    {
        var names = new UniqueFileNames();
        return data.Sources.ToDictionary(source => source, source => names.Next(source, ".unet"));
    }
}
