using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;

namespace Microsoft.ML.SegSam.Tests.Propagation;

/// <summary>With a segmenter that finds drawn objects where they are prompted.</summary>
[TestClass]
public sealed class PropagatorTests
{
    private const int Side = 40, Slices = 20;

    [TestMethod]
    public void An_object_is_followed_to_its_ends_and_no_slice_is_asked_for_twice()
    {
        var world = new World(slice => slice is >= 4 and <= 15 ? [Disk(20, 20, 8)] : []);
        var track = Follow(world, [Prompt(9)]);
        CollectionAssert.AreEqual(Enumerable.Range(4, 12).ToArray(), SlicesOf(track));
        Assert.AreEqual((PropagationStop.TooSmall, PropagationStop.TooSmall), (track.StopBelow, track.StopAbove));
        CollectionAssert.AreEqual(Enumerable.Range(3, 14).ToArray(), world.Asked.Order().ToArray());
        Assert.AreEqual("9", string.Join(",", track.Slices.Where(slice => slice.IsPrompted).Select(slice => slice.Slice)));
    }

    [TestMethod]
    public void The_volume_ends_it_too()
    {
        var track = Follow(new(_ => [Disk(20, 20, 8)]), [Prompt(9)]);
        CollectionAssert.AreEqual(Enumerable.Range(0, Slices).ToArray(), SlicesOf(track));
        Assert.AreEqual((PropagationStop.VolumeEnd, PropagationStop.VolumeEnd), (track.StopBelow, track.StopAbove));
    }

    [TestMethod]
    public void A_limit_ends_it()
    {
        var track = Follow(new(_ => [Disk(20, 20, 8)]), [VolumePrompt.Within(new(1, 1, 7, 39, 39, 14))]);
        CollectionAssert.AreEqual(Enumerable.Range(7, 8).ToArray(), SlicesOf(track));
        Assert.AreEqual((PropagationStop.LimitReached, PropagationStop.LimitReached), (track.StopBelow, track.StopAbove));
        CollectionAssert.AreEqual(new[] { 8, 9, 10 }, SlicesOf(Follow(new(_ => [Disk(20, 20, 8)]), [Prompt(9)], new() { MaxSlices = 1 })));
    }

    [TestMethod]
    public void A_slice_that_it_is_not_on_ends_it()
    {
        var track = Follow(new(_ => [Disk(20, 20, 8)]), [Prompt(9), VolumePrompt.NotOn(12)]);
        CollectionAssert.AreEqual(Enumerable.Range(0, 12).ToArray(), SlicesOf(track));
        Assert.AreEqual(PropagationStop.NotThere, track.StopAbove);
    }

    [TestMethod]
    public void A_mask_that_jumps_grows_or_is_uncertain_ends_it()
    {
        Assert.AreEqual(PropagationStop.Jumped,
            Follow(new(slice => [slice < 12 ? Disk(15, 20, 7) : Disk(23, 20, 7)]), [Prompt(9)]).StopAbove);
        Assert.AreEqual(PropagationStop.Grew,
            Follow(new(slice => [Disk(20, 20, slice < 12 ? 6 : 12)]), [Prompt(9)], new() { MinOverlap = 0.1 }).StopAbove);
        Assert.AreEqual(PropagationStop.Uncertain,
            Follow(new(_ => [Disk(20, 20, 8)]) { PredictedIoU = slice => slice < 12 ? 0.9f : 0.2f }, [Prompt(9)]).StopAbove);
    }

    [TestMethod]
    public void Its_end_may_shrink_fast_once()
    {
        var track = Follow(new(slice => slice < 14 ? [Disk(20, 20, slice < 12 ? 10 : 5)] : []), [Prompt(9)]);
        Assert.AreEqual(13, SlicesOf(track)[^1]);
        track = Follow(new(slice => [Disk(20, 20, slice < 12 ? 12 : slice < 13 ? 6 : 3)]), [Prompt(9)]);
        Assert.AreEqual((12, PropagationStop.Jumped), (SlicesOf(track)[^1], track.StopAbove));
    }

    [TestMethod]
    public void Thick_slices_need_less_overlap()
    {
        var moving = new World(slice => [Disk(7 + slice * 5, 20, 7)]); // neighbors share 0.39
        Assert.AreEqual(PropagationStop.Jumped, Follow(moving, [Prompt(0)]).StopAbove);
        Assert.IsGreaterThan(4, SlicesOf(Follow(moving, [Prompt(0)], thickness: 6))[^1]);
    }

    [TestMethod]
    public void Only_what_touches_the_mask_before_is_followed()
    {
        var world = new World(slice => slice == 9 ? [Disk(12, 20, 6)] : [Disk(12, 20, 6), Disk(30, 20, 6)]) { IsGreedy = true };
        var track = Follow(world, [Prompt(9)]);
        Assert.AreEqual(Slices, track.Slices.Count());
        Assert.IsTrue(track.Slices.All(slice => slice.Mask.Box!.Value.X1 <= 19));
    }

    [TestMethod]
    public void Between_two_prompts_each_is_followed_half_of_the_way()
    {
        // The mask is another one from slice 8 on, which would end it.
        var world = new World(slice => [slice < 8 ? Disk(14, 20, 6) : Disk(20, 20, 6)]);
        var track = Follow(world, [Prompt(3), Prompt(13)]);
        CollectionAssert.AreEqual(Enumerable.Range(0, Slices).ToArray(), SlicesOf(track));
        Assert.AreEqual(2, track.Slices.Count(slice => slice.IsPrompted));
        Assert.AreEqual(14, track.Slices.Single(slice => slice.Slice == 7).Mask.Box!.Value.X0 + 6, 1);
        Assert.AreEqual(Slices, world.Asked.Count); // none twice
    }

    [TestMethod]
    public void A_prompt_that_finds_nothing_does_not_end_the_way_of_another()
    {
        var world = new World(slice => slice == 13 ? [] : [Disk(20, 20, 8)]);
        var track = Follow(world, [Prompt(3), Prompt(13)]);
        CollectionAssert.AreEqual(Enumerable.Range(0, 13).ToArray(), SlicesOf(track));
        Assert.AreEqual(PropagationStop.TooSmall, track.StopAbove);
    }

    [TestMethod]
    public void Neighboring_prompts_leave_nothing_between_them()
    {
        var track = Follow(new(_ => [Disk(20, 20, 8)]), [Prompt(9), Prompt(10), Prompt(12)]);
        CollectionAssert.AreEqual(Enumerable.Range(0, Slices).ToArray(), SlicesOf(track));
    }

    [TestMethod]
    public void Several_objects_share_their_slices()
    {
        var world = new World(slice => [Disk(10, 10, 6), slice < 12 ? Disk(28, 28, 6) : new bool[Side * Side]]);
        var tracks = new[] { new Track([Prompt(5)], Slices), new Track([new(9, SegSamPrompt.Point(28, 28), 2)], Slices) };
        Run(world, tracks, new(), 1);
        CollectionAssert.AreEqual(Enumerable.Range(0, Slices).ToArray(), SlicesOf(tracks[0]));
        CollectionAssert.AreEqual(Enumerable.Range(0, 12).ToArray(), SlicesOf(tracks[1]));
        Assert.IsLessThan(Slices + 8, world.Asked.Count);
    }

    [TestMethod]
    public void Within_its_box_an_object_goes_on_until_its_mask_is_empty()
    {
        var world = new World(slice => slice == 3 ? [] : [Disk(20, 20, slice < 12 ? 6 : 12)])
        {
            PredictedIoU = slice => slice < 14 ? 0.9f : 0.1f,
        };
        var track = Follow(world, [VolumePrompt.Within(new(1, 1, 1, 39, 39, 18))]);
        CollectionAssert.AreEqual(Enumerable.Range(4, 15).ToArray(), SlicesOf(track));
        Assert.AreEqual((PropagationStop.TooSmall, PropagationStop.LimitReached), (track.StopBelow, track.StopAbove));
    }

    [TestMethod]
    public void Prompts_stay_within_the_box_of_an_object_but_hold_its_mask()
    {
        var answer = new SliceAnswer(SegmentationMask.FromPixels(Disk(20, 20, 8), Side, Side), 1, [1], SegSamPrompt.Point(0, 0));
        var projector = new MaskProjector(PromptProjection.Box, PromptProjection.Box, 0.5);
        CollectionAssert.AreEqual(new[] { 4f, 4, 36, 36 }, projector.Project(answer, answer.Mask).Parts.Box);
        CollectionAssert.AreEqual(new[] { 10f, 4, 28, 36 },
            projector.Project(answer, answer.Mask, new(10, 2, 0, 20, 38, 9)).Parts.Box);
    }

    [TestMethod]
    public void The_name_is_that_of_most_of_the_object()
    {
        var world = new World(_ => [Disk(20, 20, 8)]) { ClassScores = slice => slice == 9 ? [0.1f, 0.9f] : [0.7f, 0.3f] };
        var found = Follow(world, [Prompt(9)]).ToObject(["liver", "spleen"]);
        Assert.AreEqual("liver", found.Category);
        Assert.AreEqual(1, found.CategoryShares.Sum(share => share.Score), 1e-5);
    }

    [TestMethod]
    public void What_is_not_found_on_its_own_slice_is_not_followed()
    {
        var track = Follow(new(_ => []), [Prompt(9)]);
        Assert.IsEmpty(track.Slices);
        Assert.AreEqual("1: no mask", track.ToObject(["liver"]).ToString());
    }

    [TestMethod]
    public void It_is_canceled_between_slices()
    {
        using var cancel = new CancellationTokenSource();
        var world = new World(_ => [Disk(20, 20, 8)]) { OnAsk = slice => { if (slice == 12) cancel.Cancel(); } };
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            Run(world, [new Track([Prompt(9)], Slices)], new(), 1, cancel.Token));
        Assert.AreEqual(12, world.Asked[^1]);
    }

    [TestMethod]
    [DataRow(PromptProjection.Box)]
    [DataRow(PromptProjection.Point)]
    [DataRow(PromptProjection.Mask)]
    [DataRow(PromptProjection.BoxAndMask)]
    public void Each_projection_finds_the_object_again(PromptProjection projection) => Assert.AreEqual(Slices,
        Follow(new(_ => [Disk(20, 20, 8)]), [Prompt(9)], new() { Projection = projection }).Slices.Count());

    [TestMethod]
    public void The_point_is_the_one_farthest_from_the_edge()
    {
        var ring = Disk(20, 20, 12).Zip(Disk(16, 20, 6), (outer, inner) => outer && !inner).ToArray(); // thick on the right
        var answer = new SliceAnswer(SegmentationMask.FromPixels(ring, Side, Side), 1, [1], SegSamPrompt.Point(0, 0));
        var prompt = new MaskProjector(PromptProjection.Point, PromptProjection.Point, 0).Project(answer, answer.Mask).Parts;
        Assert.AreEqual(27, prompt.Points[0], 1.5);
        Assert.AreEqual(20, prompt.Points[1], 3);
    }

    [TestMethod]
    public void Two_prompts_on_a_slice_and_none_that_says_where_are_refused()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new Track([Prompt(3), Prompt(3)], 9)).Message, "slice 3");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => new Track([VolumePrompt.NotOn(3)], 9)).Message, "where it is not");
        var within = VolumePrompt.Within(new(1, 1, 2, 39, 39, 5));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new Track([within, Prompt(7)], 9)).Message,
            "a prompt on slice 7, and its box holds slices 2 to 5");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() =>
            new Track([within, VolumePrompt.Within(new(1, 1, 4, 39, 39, 5))], 9)).Message, "two boxes");
    }

    private static VolumePrompt Prompt(int slice) => new(slice, SegSamPrompt.Box(1, 1, 39, 39));

    private static int[] SlicesOf(Track track) => [.. track.Slices.Select(slice => slice.Slice)];

    private static Track Follow(
        World world, VolumePrompt[] prompts, VolumePredictionOptions? options = null, double thickness = 1)
    {
        var track = new Track(prompts, Slices);
        Run(world, [track], options ?? new(), thickness);
        return track;
    }

    private static void Run(
        World world, Track[] tracks, VolumePredictionOptions options, double thickness, CancellationToken cancel = default)
    {
        var projection = options.Projection == PromptProjection.Automatic ? PromptProjection.Box : options.Projection;
        var projector = new MaskProjector(projection, projection, options.BoxMargin);
        new Propagator(Slices, world.Segment, projector, new(options, thickness), options, null, cancel).Run(tracks);
    }

    private static bool[] Disk(double x, double y, double radius) => [.. Enumerable.Range(0, Side * Side).Select(i =>
        Math.Pow(i % Side + 0.5 - x, 2) + Math.Pow(i / Side + 0.5 - y, 2) <= radius * radius)];

    /// <summary>Objects on each slice. An answer is the object that the prompt covers most of.</summary>
    private sealed class World(Func<int, bool[][]> objects)
    {
        public List<int> Asked { get; } = [];

        public Func<int, float> PredictedIoU { get; init; } = _ => 0.9f;

        public Func<int, float[]> ClassScores { get; init; } = _ => [0.5f, 0.5f];

        public Action<int> OnAsk { get; init; } = _ => { };

        /// <summary>Whether an answer holds everything on the slice.</summary>
        public bool IsGreedy { get; init; }

        public IReadOnlyList<SliceAnswer> Segment(int slice, IReadOnlyList<SegSamPrompt> prompts)
        {
            Asked.Add(slice);
            OnAsk(slice);
            return [.. prompts.Select(prompt => Answer(slice, prompt.Parts))];
        }

        private SliceAnswer Answer(int slice, Prompt prompt)
        {
            var found = objects(slice);
            var pixels = IsGreedy ? [.. Enumerable.Range(0, Side * Side).Select(i => found.Any(item => item[i]))]
                : found.MaxBy(item => item.Where((isInside, i) => isInside && Covers(prompt, i % Side, i / Side)).Count())
                ?? new bool[Side * Side];
            return new(SegmentationMask.FromPixels(pixels, Side, Side), PredictedIoU(slice), ClassScores(slice),
                SegSamPrompt.Mask(Array.ConvertAll(pixels, isInside => isInside ? 8f : -8f)));
        }

        private static bool Covers(Prompt prompt, int x, int y) =>
            prompt.Box is [var x0, var y0, var x1, var y1] ? x >= x0 && y >= y0 && x < x1 && y < y1
            : prompt.MaskLogits is { } logits ? logits[y * Side + x] > 0
            : Math.Abs(prompt.Points[0] - x) < 2 && Math.Abs(prompt.Points[1] - y) < 2;
    }
}
