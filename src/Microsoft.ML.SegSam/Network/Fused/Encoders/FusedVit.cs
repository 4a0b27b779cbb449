using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

// S input side, p side of a patch, g = S/p, C channels.

/// <summary><see cref="ImageEncoder"/> for predictions on a CPU: tokens in tiles that stay in the caches.</summary>
internal sealed unsafe class FusedVit<T, TNumbers> : IFusedEncoder
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    private const int Colors = 3;
    private readonly AlignedMemory _weights = new();
    private readonly PackedMatrix<float, Singles> _patches;     // the first and the last layers are float32, as the module's
    private readonly float* _patchBias, _positions;
    private readonly List<FusedVitBlock<T, TNumbers>> _blocks;
    private readonly FusedNeck<float, Singles> _neck;
    private readonly int _patch, _channels, _outputs;
    private readonly bool _hasMed2DAdapters;

    public FusedVit(ImageEncoder encoder, EncoderConfig config)
    {
        var weights = new ModuleWeights(encoder);
        (_patch, _channels, _outputs) = (config.PatchSize, config.Width, config.OutputWidth);
        _patches = new(_weights, weights.Of("patch_embed.proj.weight"), _channels, Colors * _patch * _patch);
        _patchBias = _weights.Copy(weights.Of("patch_embed.proj.bias"));
        _positions = _weights.Copy(weights.Of("pos_embed"));
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(i => new FusedVitBlock<T, TNumbers>(
            _weights, weights, $"blocks.{i}.", config, config.GlobalBlocks.Contains(i)))];
        _neck = new(_weights, weights, config.MapEpsilon);
        _hasMed2DAdapters = config.Adapter == SegSamAdapter.SamMed2D;
    }

    public void Encode(float* image, int side, float* to)
    {
        using var memory = new AlignedMemory();
        var map = new FusedMap<float>(memory, side / _patch, _channels, border: 0);     // [g,g,C]
        var qkv = memory.TakeUnset<T>(3L * map.Side * map.Stride);
        var room = _hasMed2DAdapters ? new AdapterRoom<T>(memory, map.Side, _channels) : null;
        MapParts.InPieces(map.Side, (y, x, pixels) => Embed(image, side, map, y, x, pixels));
        foreach (var block in _blocks)
            block.Run(map.At(0, 0), map.Side, qkv, room);
        _neck.Run(map, new(memory, map.Side, _outputs), to);
        GC.KeepAlive(this);                                                             // and with it the weights
    }

    public void Dispose() => _weights.Dispose();

    private void Embed(float* image, int side, FusedMap<float> to, int y, int x, int pixels)
    {
        var patches = Scratch.Empty().Take<float>(pixels * _patches.Rows);              // [3,p,p] each
        for (var i = 0; i < pixels * Colors * _patch; i++)
        {
            var (pixel, color, row) = (i / (Colors * _patch), i / _patch % Colors, i % _patch);
            var from = image + ((long)color * side + y * _patch + row) * side + (x + pixel) * _patch;
            new ReadOnlySpan<float>(from, _patch).CopyTo(new(patches + i * _patch, _patch));
        }

        var tokens = to.At(y, x);
        _patches.Multiply(pixels, patches, _patches.Rows, tokens, _channels);
        Lanes.Over(_channels, new AddResidual<Identity>(pixels, tokens, _channels, _patchBias,
            _positions + ((long)y * to.Side + x) * _channels, _channels, tokens, _channels));
    }
}
