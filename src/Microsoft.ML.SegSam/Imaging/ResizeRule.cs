namespace Microsoft.ML.SegSam.Imaging; /// <summary>x</summary>
public enum ResizeRule { /// <summary>x</summary>
PadOrStretch, /// <summary>x</summary>
LongestSide }
