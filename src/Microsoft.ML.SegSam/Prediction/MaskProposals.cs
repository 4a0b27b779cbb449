using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A mask without a category, at the size of the whole image; never empty.</summary>
internal sealed record MaskProposal(SegmentationMask Mask, float PredictedIoU, float StabilityScore, float X, float Y, RegionBox CropBox)
{
    public RegionBox Box => Mask.Box!.Value;
}

/// <summary>Turns the network's masks into proposals and filters them, as segment-anything does.</summary>
internal sealed class MaskProposals(SegSamMaskGeneratorOptions options, int height, int width)
{
    private const int EdgeTolerance = 20; // pixels; SAM's

    /// <summary>
    /// The proposal that a predicted mask of a crop makes; null if it fails a threshold or is cut off at the crop's edge.
    /// </summary>
    /// <remarks>Only one mask at a time has its full size.</remarks>
    public MaskProposal? From(LowResMask predicted, float predictedIoU, ImageGeometry geometry, RegionBox crop, (float X, float Y) point)
    {
        if (options.PredIouThreshold > 0 && !(predictedIoU > options.PredIouThreshold))
            return null;
        var logits = predicted.ToLogits(geometry);
        var stability = Stability(logits);
        if (options.StabilityScoreThreshold > 0 && !(stability >= options.StabilityScoreThreshold))
            return null;
        var pixels = new bool[height * width];
        for (var i = 0; i < logits.Length; i++)
            pixels[(crop.Y0 + i / crop.Width) * width + crop.X0 + i % crop.Width] = logits[i] > 0;
        var mask = SegmentationMask.FromPixels(pixels, height, width);
        if (mask.Box is not { } box || IsCutOff(box, crop))
            return null;
        return new(mask, predictedIoU, stability, crop.X0 + point.X, crop.Y0 + point.Y, crop);
    }

    /// <summary>Of similar proposals of one crop, keeps the one with the highest predicted IoU.</summary>
    public List<MaskProposal> BestOfCrop(List<MaskProposal> proposals) =>
        BoxSuppression.Keep(proposals, proposal => proposal.Box, proposal => proposal.PredictedIoU, options.BoxNmsThreshold);

    /// <summary>Of similar proposals of several crops, keeps the one of the smallest crop.</summary>
    public List<MaskProposal> BestOfCrops(List<MaskProposal> proposals) =>
        BoxSuppression.Keep(proposals, proposal => proposal.Box, proposal => -proposal.CropBox.Area, options.CropNmsThreshold);

    /// <summary>Fills small holes and removes small islands. Of proposals that become similar, one that needed no change is kept.</summary>
    public List<MaskProposal> Tidy(List<MaskProposal> proposals)
    {
        var tidied = proposals.Select(proposal => (Before: proposal, After: Tidy(proposal))).ToList();
        var threshold = Math.Max(options.BoxNmsThreshold, options.CropNmsThreshold);
        var kept = BoxSuppression.Keep(tidied, pair => pair.After.Box, pair => pair.After == pair.Before ? 1 : 0, threshold);
        return kept.ConvertAll(pair => pair.After);
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

    // NaN if nothing is above the lower threshold.
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

    // At an edge of its crop that is not an edge of the image, the object continues outside the crop.
    private bool IsCutOff(RegionBox box, RegionBox crop) =>
        IsCutAt(box.X0, crop.X0, 0) || IsCutAt(box.Y0, crop.Y0, 0) || IsCutAt(box.X1, crop.X1, width) || IsCutAt(box.Y1, crop.Y1, height);

    private static bool IsCutAt(int side, int cropSide, int imageSide) =>
        Math.Abs(side - cropSide) <= EdgeTolerance && Math.Abs(side - imageSide) > EdgeTolerance;
}
