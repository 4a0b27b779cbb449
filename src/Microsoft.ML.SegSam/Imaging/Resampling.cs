namespace Microsoft.ML.SegSam.Imaging;

/// <summary>How pixels of an image are computed at another size.</summary>
public enum Resampling
{
    /// <summary>Bilinear, antialiased where the image shrinks; to the byte as Pillow does it (SAM).</summary>
    Bilinear,

    /// <summary>The nearest pixel, not antialiased; as OpenCV's INTER_NEAREST (SAM-Med2D).</summary>
    Nearest,

    /// <summary>Bicubic (a = −0.5), antialiased where the image shrinks; to the byte as Pillow does it (MedSAM).</summary>
    Bicubic,
}
