using System.Numerics;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>A mask within a box: a bit for each voxel. Rows begin with a word of their own, so that neighbors are whole words.</summary>
internal sealed class VoxelSet
{
    private const int Bits = 64;
    private readonly ulong[] _words;
    private readonly int _rowWords;

    private VoxelSet(VoxelBox box, ulong[] words) => (Box, _rowWords, _words) = (box, RowWords(box), words);

    public VoxelBox Box { get; }

    public long Count => _words.Sum(word => (long)BitOperations.PopCount(word));

    /// <param name="columns">Of the whole volume.</param>
    public static VoxelSet Of(int label, VoxelBox box, LabelRuns runs, int columns)
    {
        var set = new VoxelSet(box, new ulong[checked(RowWords(box) * box.Height * box.Depth)]);
        for (var z = 0; z < box.Depth; z++)
        {
            foreach (var run in runs.Of(box.First + z))
            {
                for (var start = run.Start; run.Label == label && start < run.End;)
                {
                    var (j, i) = Math.DivRem(start, columns);
                    var length = Math.Min(run.End - start, columns - i);
                    set.Add(i - box.Left, length, set.RowAt(j - box.Top, z));
                    start += length;
                }
            }
        }

        return set;
    }

    public long CountShared(VoxelSet other)
    {
        var shared = 0L;
        for (var i = 0; i < _words.Length; i++)
            shared += BitOperations.PopCount(_words[i] & other._words[i]);
        return shared;
    }

    /// <summary>The voxels with one of six neighbors outside the mask; outside the box, and so outside the volume, is outside.</summary>
    public VoxelSet Boundary()
    {
        var words = new ulong[_words.Length];
        for (var z = 0; z < Box.Depth; z++)
        {
            for (var y = 0; y < Box.Height; y++)
            {
                var row = RowAt(y, z);
                for (var w = row; w < row + _rowWords; w++)
                {
                    var left = _words[w] << 1 | (w > row ? _words[w - 1] >> Bits - 1 : 0);
                    var right = _words[w] >> 1 | (w + 1 < row + _rowWords ? _words[w + 1] << Bits - 1 : 0);
                    var inside = left & right & Word(w, y > 0, -_rowWords) & Word(w, y + 1 < Box.Height, _rowWords)
                        & Word(w, z > 0, -_rowWords * Box.Height) & Word(w, z + 1 < Box.Depth, _rowWords * Box.Height);
                    words[w] = _words[w] & ~inside;
                }
            }
        }

        return new(Box, words);

        ulong Word(int at, bool isThere, int offset) => isThere ? _words[at + offset] : 0;
    }

    /// <summary>The next voxel of a row from x on that belongs to the set; −1 where there is none.</summary>
    public int Next(int x, int y, int z)
    {
        var row = RowAt(y, z);
        for (var w = x / Bits; w < _rowWords; w++)
        {
            var word = _words[row + w] & (w == x / Bits ? ulong.MaxValue << x % Bits : ulong.MaxValue);
            if (word != 0)
                return w * Bits + BitOperations.TrailingZeroCount(word);
        }

        return -1;
    }

    private static int RowWords(VoxelBox box) => (box.Width + Bits - 1) / Bits;

    private int RowAt(int y, int z) => (z * Box.Height + y) * _rowWords;

    private void Add(int x, int length, int row)
    {
        for (var end = x + length; x < end;)
        {
            var (word, bit) = Math.DivRem(x, Bits);
            var count = Math.Min(Bits - bit, end - x);
            _words[row + word] |= ulong.MaxValue >> Bits - count << bit;
            x += count;
        }
    }
}
