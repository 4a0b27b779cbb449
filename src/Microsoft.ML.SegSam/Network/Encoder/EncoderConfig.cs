namespace Microsoft.ML.SegSam.Network.Encoder;

/// <summary>
/// One stage of TinyViT: blocks of attention in windows of the given side, or of convolutions where there are no heads (the first stage).
/// </summary>
internal sealed record TinyVitStage(int Width, int Depth, int Heads = 0, int Window = 0);

/// <summary>One stage of a ResNet: residual blocks of one width. Every stage but the first halves the map's sides.</summary>
internal sealed record ResNetStage(int Width, int Depth);

/// <summary>The architecture of an image encoder.</summary>
internal enum EncoderKind
{
    /// <summary>SAM's vision transformer.</summary>
    Vit,

    /// <summary>MobileSAM's TinyViT.</summary>
    TinyVit,

    /// <summary>A ResNet.</summary>
    ResNet,
}

/// <summary>Every number that the image encoder's weights depend on.</summary>
internal sealed record EncoderConfig
{
    public required EncoderKind Kind { get; init; }
    public required int Grid { get; init; }                             // g, side of the embedding map
    public required int PatchSize { get; init; }
    public required double MlpRatio { get; init; }
    public required int OutputWidth { get; init; }                      // C, the decoders' width, to which the neck leads
    public required double MapEpsilon { get; init; }                    // of the neck's norms
    public required IReadOnlyList<TinyVitStage>? Stages { get; init; }  // TinyViT alone
    public required IReadOnlyList<ResNetStage>? ResNetStages { get; init; } // ResNet alone
    public required bool FineMaps { get; init; }                        // ResNet alone
    public required int PyramidWidth { get; init; }                     // likewise
    public required int Width { get; init; }                            // D; from here on ViT alone
    public required int Depth { get; init; }
    public required int Heads { get; init; }
    public required double Epsilon { get; init; }                       // of the blocks' norms
    public required IReadOnlyList<int> GlobalBlocks { get; init; }      // attend to the whole map; the others to windows
    public required int WindowSize { get; init; }
    public required SegSamAdapter Adapter { get; init; }
    public required double AdapterRatio { get; init; }
    public required int AdapterRank { get; init; }                      // of LowRank
    public required double AdapterEpsilon { get; init; }
}
