namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A colour, channels 0..255.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B);
