using System.CommandLine;
using Med2D.Scoring;
using Med2D.Tables;
using Med2D.Volumes;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;
using TorchSharp;

namespace Med2D.Commands;

/// <summary>Follows the labels of volumes from boxes, and writes the figures into a page.</summary>
internal sealed class VolumesCommand : Command
{
    private const string Part = "proof", Json = "volumes.json", Picture = "images/volumes.png";

    private readonly Option<string> _data = new("--data")
    {
        Description = "A CSV with a line for each volume and the columns collection, modality, image and labels, and, where known, window "
            + "(such as soft-tissue), trained (yes or no) and names of the labels that count (1:spleen;2:liver).",
        HelpName = "TABLE.csv",
        Required = true,
    };
    private readonly Option<string?> _root = new("--root")
    {
        Description = "Where the table's paths start (default: its folder).",
        HelpName = "FOLDER",
    };
    private readonly Option<string> _model = new("--model")
    {
        Description = "A model of the library, or mini for the one that comes with the samples.",
        HelpName = "FILE.zip|mini",
        DefaultValueFactory = _ => "mini",
    };
    private readonly Option<string> _page = new("--page")
    {
        Description = $"A page with a part 'proof' to write the figures into; {Json} and the picture {Picture} go beside it.",
        HelpName = "FILE.md",
        Required = true,
    };

    public VolumesCommand() : base("volumes", "Follow each label of volumes from a box, and compare it with the truth.")
    {
        foreach (var option in (Option[])[_data, _root, _model, _page])
            Add(option);
        this.SetRun(Run);
    }

    private void Run(ParseResult parsed, Messages messages, CancellationToken cancel)
    {
        var page = parsed.GetRequiredValue(_page);
        if (!File.Exists(page))
            throw new FileNotFoundException($"There is no page '{page}' to write the figures into.");
        OutputFile.CheckWritable(page);
        var rows = VolumeRow.Read(parsed.GetRequiredValue(_data), parsed.GetValue(_root));
        var file = ShippedModel.FileOf(parsed.GetValue(_model)!);
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no model '{file}'. Name a .zip, or mini.");
        using var model = SegSamTransformer.Load(file);
        using var predictor = new SegSamPredictor(model);
        var plane = model.Info.Plane ?? SlicePlane.Axial;
        var (scorer, figures, progress) = (new VolumeScorer(predictor, plane), new List<VolumeFigures>(),
            messages.Progress("Following labels, volumes", rows.Count));
        var (done, picture) = (0, (byte[]?)null);
        foreach (var row in rows)
        {
            var scored = scorer.Score(row, cancel, out var found);
            progress(++done);
            if (scored.Objects.Count == 0)
            {
                messages.Note($"Left out: '{row.LabelPath}' has no label on {TrueObject.LeastSlices} slices and with "
                    + $"{TrueObject.LeastVoxels} voxels or more.");
                continue;
            }

            figures.Add(scored);
            picture ??= Draw(row, found);
        }

        if (figures.Count == 0)
            throw new InvalidDataException("No volume has a label that is large enough; there is nothing to write.");

        var written = new VolumePage(figures, plane, Path.GetFileName(file), Digests.OfFile(file),
            torch.get_num_threads() is var threads && threads == 1 ? "one thread" : FormattableString.Invariant($"{threads} threads"));
        var folder = Path.GetDirectoryName(Path.GetFullPath(page))!;
        OutputFile.Write(Path.Combine(folder, Picture), picture!);
        OutputFile.Write(Path.Combine(folder, Json), written.ToJson());
        MarkedPart.Write(page, (Part, written.Text(Picture)));
        messages.Result(FormattableString.Invariant($"{figures.Sum(volume => volume.Objects.Count)} labels of {figures.Count} volumes. ")
            + $"Wrote {page}.");
    }

    private static byte[] Draw(VolumeRow row, LabelVolume found)
    {
        using var volume = MedicalVolume.Load(row.ImagePath);
        return PlanesPicture.Draw(volume, row.Window, LabelVolume.Load(row.LabelPath), found);
    }
}
