namespace Microsoft.ML.SegSam; /// <summary>x</summary>
public sealed class SegSamEstimator { }
