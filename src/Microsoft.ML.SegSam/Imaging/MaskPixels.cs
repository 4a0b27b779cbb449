namespace Microsoft.ML.SegSam.Imaging;

/// <summary>The pixels of a mask, numbered row by row from 0.</summary>
internal static class MaskPixels
{
    /// <summary>One pixel of a mask.</summary>
    /// <param name="mask">Bytes, of which those that are not 0 belong to the mask.</param>
    /// <param name="choose">From how many pixels the mask has to the number of the one that is wanted.</param>
    /// <returns>Its index; null where the mask is empty.</returns>
    public static int? Pick(ReadOnlySpan<byte> mask, Func<int, int> choose)
    {
        var count = mask.Length - mask.Count((byte)0);
        if (count == 0)
            return null;
        var left = choose(count);
        for (var i = 0; ; i++)
        {
            if (mask[i] != 0 && left-- == 0)
                return i;
        }
    }
}
