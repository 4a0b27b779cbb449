namespace Microsoft.ML.SegSam.Propagation;

/// <summary>Why an object was followed no farther.</summary>
public enum PropagationStop
{
    /// <summary>The volume ends.</summary>
    VolumeEnd,

    /// <summary>The box of the prompt ends, or <see cref="VolumePredictionOptions.MaxSlices"/> were followed.</summary>
    LimitReached,

    /// <summary>A prompt said that the object is not on the next slice.</summary>
    NotThere,

    /// <summary>The mask was empty, or had fewer pixels than <see cref="VolumePredictionOptions.MinPixels"/>.</summary>
    TooSmall,

    /// <summary>The mask overlapped the one before less than <see cref="VolumePredictionOptions.MinOverlap"/>.</summary>
    Jumped,

    /// <summary>The mask was larger than the one before by <see cref="VolumePredictionOptions.MaxGrowth"/>.</summary>
    Grew,

    /// <summary>The model rated its mask below <see cref="VolumePredictionOptions.MinPredictedIoU"/>.</summary>
    Uncertain,
}
