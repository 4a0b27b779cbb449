using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Options;

// What the options come to where they leave a choice open.
public sealed partial record SegSamOptions
{
    internal const int MostPresenceTokens = 256;

    internal bool HasPrompt => BoxColumnName is not null || HasPointsOrMask;

    internal bool HasPointsOrMask => PointsColumnName is not null || MaskPromptColumnName is not null;

    internal bool IsTrained => Epochs > 0;

    internal bool Zooms => IsTrained && (Zoom ?? EncoderTraining != EncoderTraining.Frozen);

    /// <summary>The preprocessing of the checkpoint's family, overridden by the options that are set.</summary>
    internal Preprocessing Over(Preprocessing family) =>
        new(Resize ?? family.Resize, Resampling ?? family.Resampling, PixelScaling ?? family.Scaling, ChannelOrder ?? family.Order);
}
