using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace LoadProbe;

/// <summary>Scored rows as a few lines of text: for each the SHA-256 of both masks, and the class scores.</summary>
public static class Digest
{
    public static string Of(IDataView scored)
    {
        using var cursor = scored.GetRowCursor(scored.Schema);
        var binary = cursor.GetGetter<VBuffer<bool>>(scored.Schema["BinaryMask"]);
        var semantic = cursor.GetGetter<VBuffer<uint>>(scored.Schema["SemanticMask"]);
        var scores = cursor.GetGetter<VBuffer<float>>(scored.Schema["ClassScores"]);
        var (binaryMask, semanticMask, classScores) = (default(VBuffer<bool>), default(VBuffer<uint>), default(VBuffer<float>));
        var lines = new List<string>();
        while (cursor.MoveNext())
        {
            binary(ref binaryMask);
            semantic(ref semanticMask);
            scores(ref classScores);
            var numbers = classScores.DenseValues().Select(score => score.ToString("0.00000", CultureInfo.InvariantCulture));
            lines.Add($"{Hash([.. binaryMask.DenseValues()])} {Hash([.. semanticMask.DenseValues()])} {string.Join(' ', numbers)}");
        }

        return string.Join('\n', lines);
    }

    private static string Hash<T>(T[] values) where T : struct =>
        $"{values.Length}:{Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())))}";
}
