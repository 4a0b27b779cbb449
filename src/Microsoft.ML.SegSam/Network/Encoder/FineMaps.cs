using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Encoder;

// B images, P prompts, g = S/16, C decoder width.

/// <summary>
/// Features at strides 8 and 4, which the decoders' up-scaling adds on its way to the masks (SAM 2's high-resolution features): where
/// borders lie is seen there, not in f_v.
/// </summary>
/// <param name="Twofold">[B,g·g·2·2,C/4], each pixel of f_v followed by its four parts, row by row.</param>
/// <param name="Fourfold">[B,g·g·2·2·2·2,C/8], likewise parts of parts.</param>
internal sealed record FineMaps(Tensor Twofold, Tensor Fourfold)
{
    /// <summary>Lays f_v and the finer maps out as one map, so that an embedding stays one tensor.</summary>
    /// <param name="map">f_v [B,C,g,g].</param>
    /// <param name="twofold">[B,C/4,2g,2g].</param>
    /// <param name="fourfold">[B,C/8,4g,4g].</param>
    /// <returns>[B,4C,g,g]: f_v's channels, then those of each of the four parts, then those of each of the sixteen.</returns>
    public static Tensor Pack(Tensor map, Tensor twofold, Tensor fourfold)
    {
        long batch = map.size(0), grid = map.size(2);
        var four = twofold.reshape(batch, -1, grid, 2, grid, 2).permute(0, 3, 5, 1, 2, 4).reshape(batch, -1, grid, grid);
        var sixteen = fourfold.reshape(batch, -1, grid, 2, 2, grid, 2, 2).permute(0, 3, 6, 4, 7, 1, 2, 5).reshape(batch, -1, grid, grid);
        return cat([map, four, sixteen], 1);
    }

    /// <param name="pixels">What <see cref="Pack"/> made, as [B,g·g,4C].</param>
    /// <param name="width">C.</param>
    public static FineMaps Unpack(Tensor pixels, int width) => new(
        pixels.narrow(-1, width, width).reshape(pixels.size(0), -1, width / 4),
        pixels.narrow(-1, 2 * width, 2 * width).reshape(pixels.size(0), -1, width / 8));

    /// <summary>The maps of each prompt's image; with batch 1 where all prompts are about one image.</summary>
    /// <param name="imageIndex">[P] int64: the image of each prompt.</param>
    public FineMaps Of(Tensor imageIndex) => Twofold.size(0) == 1 ? this
        : new(Twofold.index_select(0, imageIndex), Fourfold.index_select(0, imageIndex));
}
