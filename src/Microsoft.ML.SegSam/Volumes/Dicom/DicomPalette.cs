namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>The colors of PALETTE COLOR: three tables, of which values below and above take the end entries.</summary>
internal sealed class DicomPalette
{
    private readonly (int First, byte[] Entries)[] _tables;

    private DicomPalette((int First, byte[] Entries)[] tables) => _tables = tables;

    /// <exception cref="InvalidDataException">A table is missing, or shorter than it says.</exception>
    public static DicomPalette Of(DicomDataset dataset) => new(
    [
        Table(dataset, DicomTag.RedDescriptor, DicomTag.RedTable), Table(dataset, DicomTag.GreenDescriptor, DicomTag.GreenTable),
        Table(dataset, DicomTag.BlueDescriptor, DicomTag.BlueTable),
    ]);

    public byte[] Colors(int[] indices)
    {
        var rgb = new byte[3 * indices.Length];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (first, entries) = _tables[i % 3];
            rgb[i] = entries[Math.Clamp(indices[i / 3] - first, 0, entries.Length - 1)];
        }

        return rgb;
    }

    private static (int, byte[]) Table(DicomDataset dataset, DicomTag descriptor, DicomTag table)
    {
        if (dataset.Bytes(descriptor) is not { Length: >= 6 } described || dataset.Bytes(table) is not { } data)
            throw new InvalidDataException($"The image's colors are of a palette, and {table} or its descriptor is missing.");
        var numbers = dataset.Shorts(described);
        var (count, first, bits) = (numbers[0] == 0 ? 65_536 : numbers[0], (int)(short)numbers[1], numbers[2]);
        var words = dataset.Shorts(data);
        if (bits is not (8 or 16) || words.Length < (bits == 16 ? count : (count + 1) / 2))
            throw new InvalidDataException($"{table} has {data.Length} bytes, too few for {count} entries of {bits} bits.");
        // 8-bit entries may also lie in a word each.
        var isWide = bits == 16 || words.Length >= count;
        return (first, [.. Enumerable.Range(0, count).Select(i => (byte)(bits == 16 ? words[i] >> 8
            : isWide ? words[i] : words[i / 2] >> 8 * (i % 2)))]);
    }
}
