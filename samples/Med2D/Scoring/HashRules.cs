using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Med2D.Tables;
using Microsoft.ML.SegSam.Evaluation;

namespace Med2D.Scoring;

/// <summary>
/// Random choices by a hash instead of a random generator: they are the same in every language and on every machine, and none depends on
/// other rows.
/// </summary>
internal static class HashRules
{
    /// <summary>Of the objects of one image at most so many, in their order.</summary>
    public static IReadOnlyList<ObjectRow> Draw(IReadOnlyList<ObjectRow> objects, int most, int seed) => objects.Count <= most ? objects :
    [
        .. objects.Index().OrderBy(item => Hash($"{seed}|{item.Item.ImageId}|{item.Item.MaskId}|{item.Item.Category}"))
            .ThenBy(item => item.Index).Take(most).OrderBy(item => item.Index).Select(item => item.Item),
    ];

    /// <summary>
    /// The next point of an object, in the error of the previous prediction, by the rule of the library's protocol, which its files of
    /// prompts state: of the m pixels where prediction and truth differ, number h mod m.
    /// </summary>
    /// <param name="number">Number of the point, from 2.</param>
    /// <param name="truth">Height·Width pixels, row-major.</param>
    /// <param name="predicted">As many pixels of the previous prediction.</param>
    /// <returns>Null where there is no error.</returns>
    public static (int X, int Y, bool OnObject)? NextPoint(EvaluationPrompt prompt, int seed, int number, bool[] truth, bool[] predicted)
    {
        int[] errors = [.. Enumerable.Range(0, truth.Length).Where(i => truth[i] != predicted[i])];
        if (errors.Length == 0)
            return null;
        var hash = Hash($"{seed}|{prompt.ImageId}|{prompt.Category}|{prompt.Mask}|{number}");
        var pixel = errors[(int)(hash % (ulong)errors.Length)];
        return (pixel % prompt.Width, pixel / prompt.Width, truth[pixel]);
    }

    // The first 8 bytes of the SHA-256, big-endian.
    private static ulong Hash(string text) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
