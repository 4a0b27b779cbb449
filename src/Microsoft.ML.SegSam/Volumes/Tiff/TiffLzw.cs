namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>TIFF's LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first, which grow one code early.</summary>
internal static class TiffLzw
{
    private const int Clear = 256, End = 257, First = 258, MostCodes = 4096;

    /// <returns>Bytes that were unpacked; fewer than there is room for where the codes end early.</returns>
    /// <exception cref="InvalidDataException">A code stands for nothing.</exception>
    public static int Unpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        // A code stands for the bytes of an earlier one and one more: for a stretch of what was unpacked, and the byte after it.
        var (starts, lengths) = (new int[MostCodes], new int[MostCodes]);
        var (next, bits, done, before) = (First, 9, 0, -1);
        var (buffer, have, at) = (0u, 0, 0);
        while (done < plain.Length)
        {
            while (have < bits && at < packed.Length)
                (buffer, have) = (buffer << 8 | packed[at++], have + 8);
            if (have < bits)
                break;
            have -= bits;
            var code = (int)(buffer >> have & ((1u << bits) - 1));
            if (code == End)
                break;
            if (code == Clear)
            {
                (next, bits, before) = (First, 9, -1);
                continue;
            }

            if (before >= 0 && next < MostCodes)
            {
                var length = before < Clear ? 1 : lengths[before];
                (starts[next], lengths[next]) = (done - length, length + 1); // its last byte is the first one of this code
                next++;
            }

            if (code >= next || (code >= Clear && code < First) || (before < 0 && code >= Clear))
                throw new InvalidDataException($"A block of a page is packed by LZW, and damaged: code {code} stands for nothing.");
            if (code < Clear)
            {
                plain[done++] = (byte)code;
            }
            else
            {
                for (var i = 0; i < lengths[code] && done < plain.Length; i++) // one by one: a stretch may reach into what it makes
                    plain[done++] = plain[starts[code] + i];
            }

            before = code;
            bits = next >= 2047 ? 12 : next >= 1023 ? 11 : next >= 511 ? 10 : 9;
        }

        return done;
    }
}
