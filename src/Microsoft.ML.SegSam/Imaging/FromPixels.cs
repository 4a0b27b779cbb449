namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Turns rows of four-byte pixels into three-byte RGB.</summary>
internal static class FromPixels
{
    /// <summary>Copies pixels without gaps between rows from <paramref name="source"/> (4 bytes each) to <paramref name="rgb"/> (3 each).</summary>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> rgb, bool isBgra, bool isPremultiplied)
    {
        var (red, blue) = isBgra ? (2, 0) : (0, 2);
        for (int from = 0, to = 0; to + 2 < rgb.Length; from += 4, to += 3)
        {
            var pixel = source.Slice(from, 4);
            var target = rgb.Slice(to, 3);
            var alpha = pixel[3];
            if (alpha == 255 || (alpha > 0 && !isPremultiplied))
                (target[0], target[1], target[2]) = (pixel[red], pixel[1], pixel[blue]);
            else if (alpha > 0)
                (target[0], target[1], target[2]) = (Restore(pixel[red], alpha), Restore(pixel[1], alpha), Restore(pixel[blue], alpha));
        }
    }

    // A premultiplied channel is never above its alpha; where a caller's pixels break that rule, full brightness is the answer.
    private static byte Restore(byte channel, byte alpha) => (byte)Math.Min(255, (channel * 255 + alpha / 2) / alpha);
}
