using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Segments objects of volumes: predicts where they are prompted, and follows them from slice to slice, each mask being the prompt on the
/// next. It has no state besides the model: many threads may use it at once.
/// </summary>
/// <remarks>
/// The rules by which an object ends are <see cref="VolumePredictionOptions"/>; where nothing else is said there, they are our choice.
/// Slices are read and encoded one at a time.
/// </remarks>
/// <param name="predictor">Owned by the caller, who disposes it.</param>
public sealed class SegSamVolumePredictor(SegSamPredictor predictor)
{
    private readonly SegSamPredictor _predictor = predictor ?? throw new ArgumentNullException(nameof(predictor));

    /// <summary>Predicts one object that is prompted on one slice.</summary>
    /// <param name="volume">The volume, which remains the caller's.</param>
    /// <param name="slice">Counting from 0, as in <see cref="MedicalVolume.ReadSlice"/>.</param>
    /// <param name="prompt">Where the object is, in pixels of that slice's picture.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Told after each slice.</param>
    /// <param name="cancel">Ends the work after the running slice.</param>
    /// <exception cref="ArgumentException">
    /// A prompt does not fit its slice, which the message names; or the options contradict the model's training.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slice, or an option is out of its range.</exception>
    /// <exception cref="InvalidDataException">A slice is damaged.</exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public VolumePrediction Predict(
        MedicalVolume volume, int slice, SegSamPrompt prompt, VolumePredictionOptions? options = null,
        IProgress<VolumeProgress>? progress = null, CancellationToken cancel = default) =>
        Predict(volume, [new VolumePrompt(slice, prompt)], options, progress, cancel);

    /// <summary>
    /// Predicts one object within a box: it is asked for on the middle slice, and followed to the first and last. Between them only an
    /// empty mask ends it, since the box says that it is there (our choice, as LiteMedSAM's).
    /// </summary>
    /// <param name="box">Around the object.</param>
    /// <inheritdoc
    /// cref="Predict(MedicalVolume, int, SegSamPrompt, VolumePredictionOptions?, IProgress{VolumeProgress}?, CancellationToken)"
    /// path="/*[not(self::summary) and not(@name='slice') and not(@name='prompt')]"/>
    public VolumePrediction Predict(
        MedicalVolume volume, VolumeBox box, VolumePredictionOptions? options = null, IProgress<VolumeProgress>? progress = null,
        CancellationToken cancel = default) =>
        Predict(volume, [VolumePrompt.Within(box)], options, progress, cancel);

    /// <summary>
    /// Predicts any number of objects, each prompted on one or more slices, or by a box in three dimensions. Between two prompted slices,
    /// each prompt is followed half of the way.
    /// </summary>
    /// <param name="prompts">At least one for each object, at most one for each object and slice.</param>
    /// <inheritdoc
    /// cref="Predict(MedicalVolume, int, SegSamPrompt, VolumePredictionOptions?, IProgress{VolumeProgress}?, CancellationToken)"
    /// path="/*[not(self::summary) and not(@name='slice') and not(@name='prompt')]"/>
    public VolumePrediction Predict(
        MedicalVolume volume, IReadOnlyList<VolumePrompt> prompts, VolumePredictionOptions? options = null,
        IProgress<VolumeProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(volume);
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new();
        var slices = volume.CountSlices(Plane(options));
        if (prompts.Count == 0)
            throw new ArgumentException("There are no prompts; at least one says where an object is.", nameof(prompts));
        foreach (var last in prompts.Select(prompt => prompt.Box?.LastSlice ?? prompt.Slice).Where(last => last >= slices))
        {
            throw new ArgumentOutOfRangeException(nameof(prompts), last,
                FormattableString.Invariant($"The volume has {slices} {Plane(options)} slices, counting from 0."));
        }

        var tracks = prompts.GroupBy(prompt => prompt.Label).OrderBy(group => group.Key)
            .Select(group => new Track(group, slices)).ToList();
        return Follow(volume, tracks, options, progress, cancel);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <inheritdoc
    /// cref="Predict(MedicalVolume, IReadOnlyList{VolumePrompt}, VolumePredictionOptions?, IProgress{VolumeProgress}?, CancellationToken)"
    /// path="/*[not(self::summary)]"/>
    public Task<VolumePrediction> PredictAsync(
        MedicalVolume volume, IReadOnlyList<VolumePrompt> prompts, VolumePredictionOptions? options = null,
        IProgress<VolumeProgress>? progress = null, CancellationToken cancel = default) =>
        Task.Run(() => Predict(volume, prompts, options, progress, cancel), cancel);

    private VolumePrediction Follow(
        MedicalVolume volume, List<Track> tracks, VolumePredictionOptions options, IProgress<VolumeProgress>? progress,
        CancellationToken cancel)
    {
        options.Check();
        var (plane, window, spacing) = (Plane(options), Window(options, volume), volume.Geometry.Spacing);
        var axes = SliceAxes.Of(volume.Geometry, plane);
        var thickness = ((double[])[spacing.X, spacing.Y, spacing.Z])[axes.Fixed];
        var projector = new MaskProjector(
            Projection(options.Projection, inBox: false), Projection(options.Projection, inBox: true), options.BoxMargin);
        var propagator = new Propagator(axes.Slices, Segment, projector,
            new(options, thickness), options, progress, cancel);
        propagator.Run(tracks);
        List<VolumeObject> objects = [.. tracks.Select(track => track.ToObject(_predictor.Categories))];
        var labels = LabelComposer.Compose(volume, plane, objects, out var overlaps);
        return new(labels, objects, plane, [.. Trained?.WarningsOf(volume) ?? [], .. overlaps]);

        IReadOnlyList<SliceAnswer> Segment(int slice, IReadOnlyList<SegSamPrompt> prompts)
        {
            PixelImage pixels = volume.ReadSlice(plane, slice).ToPixels(window);
            using var image = _predictor.Encode(pixels);
            try
            {
                return [.. _predictor.Predict(image, prompts).Select(SliceAnswer.Of)];
            }
            catch (ArgumentException failure)
            {
                throw new ArgumentException(FormattableString.Invariant($"Slice {slice}: {failure.Message}"), nameof(prompts), failure);
            }
        }
    }

    private SliceLook? Trained => _predictor.Model.Description.Slices;

    private SlicePlane Plane(VolumePredictionOptions options) => options.Plane is { } plane && Trained is { } look && plane != look.Plane
        ? throw new ArgumentException($"The model was trained on {look}, and the options say {plane}. Remove "
            + $"{nameof(VolumePredictionOptions)}.{nameof(VolumePredictionOptions.Plane)}: the model's own is then used.")
        : options.Plane ?? Trained?.Plane ?? SlicePlane.Axial;

    private IntensityWindow Window(VolumePredictionOptions options, MedicalVolume volume) =>
        options.Window is { } window && Trained is { } look && !window.Equals(look.Of(volume))
        ? throw new ArgumentException($"The model was trained on {look}, and the options say window {window}. "
            + $"Remove {nameof(VolumePredictionOptions)}.{nameof(VolumePredictionOptions.Window)}: the model's own is then used.")
        : options.Window ?? Trained?.Of(volume) ?? IntensityWindow.For(volume);

    // A mask tells where an object ends; a given box does, too.
    private PromptProjection Projection(PromptProjection projection, bool inBox) => projection != PromptProjection.Automatic ? projection
        : _predictor.Model.Description.Prompts is var prompts && !prompts.HasFlag(ModelPrompts.Box) ? PromptProjection.Point
        : prompts.HasFlag(ModelPrompts.Mask) && !inBox ? PromptProjection.BoxAndMask : PromptProjection.Box;
}
