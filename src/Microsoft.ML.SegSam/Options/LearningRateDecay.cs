namespace Microsoft.ML.SegSam.Options;

/// <summary>How the learning rate falls after its warm-up over the first twentieth of the run.</summary>
public enum LearningRateDecay
{
    /// <summary>Along half a cosine, down to zero.</summary>
    Cosine,

    /// <summary>Halved after a third of the run and again after two thirds (SAM-UNet halves after epochs 5 and 10 of 12 to 15).</summary>
    Step,
}
