namespace Microsoft.ML.SegSam.Network.Encoder;

/// <summary>Small trainable modules in every encoder block; for the ViTs alone.</summary>
public enum SegSamAdapter
{
    /// <summary>No adapters.</summary>
    None,

    /// <summary>
    /// Linear D→D/4, GELU, Linear D/4→D, zero at the start, so that the pretrained function is unchanged at step 0 (our choice).
    /// </summary>
    Bottleneck,

    /// <summary>SAM-Med2D's: channel gate and strided convolutions; 15 million parameters in each ViT-B block.</summary>
    SamMed2D,

    /// <summary>
    /// LoRA: an update of rank 4 to the query and value projections of every block, zero at the start; 12 thousand parameters in each ViT-B
    /// block (Hu et al. 2021; rank and places after SAMed).
    /// </summary>
    LowRank,
}
