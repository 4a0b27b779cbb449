using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A mask without a name, at the size of the whole image; never empty.</summary>
internal sealed record MaskProposal(SegmentationMask Mask, float Quality, float StabilityScore, float X, float Y, RegionBox CropBox)
{
    public RegionBox Box => Mask.Box!.Value;
}

/// <summary>Makes proposals of a network's answers and sifts them, as segment-anything does.</summary>
internal sealed class MaskProposals(SegSamMaskGeneratorOptions options, int height, int width)
{
    private const int EdgeTolerance = 20; // pixels; SAM's

    /// <summary>The proposal that a hypothesis about a crop makes; null where a threshold, or the crop's edge, is against it.</summary>
    /// <remarks>Only one mask at a time has its full size.</remarks>
    public MaskProposal? From(float[] logits, float quality, ImageGeometry geometry, RegionBox crop, (float X, float Y) point)
    {
        if (options.PredIouThreshold > 0 && !(quality > options.PredIouThreshold))
            return null;
        var full = MaskGeometry.ToOriginalLogits(logits, (int)Math.Sqrt(logits.Length), geometry);
        var stability = Stability(full);
        if (options.StabilityScoreThreshold > 0 && !(stability >= options.StabilityScoreThreshold))
            return null;
        var pixels = new bool[height * width];
        for (var i = 0; i < full.Length; i++)
            pixels[(crop.Y0 + i / crop.Width) * width + crop.X0 + i % crop.Width] = full[i] > 0;
        var mask = SegmentationMask.FromPixels(pixels, height, width);
        return mask.Box is { } box && !IsCutOff(box, crop) ? new(mask, quality, stability, crop.X0 + point.X, crop.Y0 + point.Y, crop) : null;
    }

    /// <summary>Of proposals of one crop that are much alike, the one of the highest quality.</summary>
    public List<MaskProposal> BestOfCrop(List<MaskProposal> proposals) =>
        BoxSuppression.Keep(proposals, each => each.Box, each => each.Quality, options.BoxNmsThreshold);

    /// <summary>Of proposals of several crops that are much alike, the one of the smallest crop.</summary>
    public List<MaskProposal> BestOfCrops(List<MaskProposal> proposals) =>
        BoxSuppression.Keep(proposals, each => each.Box, each => -each.CropBox.Area, options.CropNmsThreshold);

    /// <summary>Fills small holes, takes small islands away, and of what has become alike prefers what needed no change.</summary>
    public List<MaskProposal> Tidy(List<MaskProposal> proposals)
    {
        var tidied = proposals.Select(each => (Proposal: Tidy(each), Before: each)).ToList();
        return [.. BoxSuppression.Keep(tidied, each => each.Proposal.Box, each => each.Proposal == each.Before ? 1 : 0, Math.Max(options.BoxNmsThreshold, options.CropNmsThreshold))
            .Select(each => each.Proposal)];
    }

    private MaskProposal Tidy(MaskProposal proposal)
    {
        var pixels = proposal.Mask.ToPixels();
        var bytes = MemoryMarshal.AsBytes(pixels.AsSpan());
        Invert(bytes);
        var isChanged = MaskRegions.EraseSmall(bytes, height, width, options.MinMaskRegionArea, keepLargest: false);
        Invert(bytes);
        isChanged |= MaskRegions.EraseSmall(bytes, height, width, options.MinMaskRegionArea, keepLargest: true);
        return isChanged ? proposal with { Mask = SegmentationMask.FromPixels(pixels, height, width) } : proposal;
    }

    private static void Invert(Span<byte> mask)
    {
        for (var i = 0; i < mask.Length; i++)
            mask[i] ^= 1;
    }

    // NaN where nothing is above the lower cut.
    private float Stability(float[] logits)
    {
        var (high, low, offset) = (0, 0, options.StabilityScoreOffset);
        foreach (var logit in logits)
        {
            high += logit > offset ? 1 : 0;
            low += logit > -offset ? 1 : 0;
        }

        return (float)high / low;
    }

    // At an edge of its crop that is none of the image, an object goes on outside.
    private bool IsCutOff(RegionBox box, RegionBox crop) =>
        Near(box.X0, crop.X0, 0) || Near(box.Y0, crop.Y0, 0) || Near(box.X1, crop.X1, width) || Near(box.Y1, crop.Y1, height);

    private static bool Near(int side, int cropSide, int imageSide) =>
        Math.Abs(side - cropSide) <= EdgeTolerance && Math.Abs(side - imageSide) > EdgeTolerance;
}
