using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>
/// The prompts of an evaluation, made once from the true masks, without noise, and kept in a file, so that every run and every method
/// gets the same prompts (method, 8.1).
/// </summary>
/// <remarks>
/// Each object has its tight box and its first point. Later points depend on the predictions, so the file states the rule by which they
/// are drawn. Objects are identified by image id, category and mask, so rows may be reordered or subset.
/// </remarks>
public sealed class EvaluationPrompts
{
    private readonly Dictionary<string, EvaluationPrompt> _byKey;
    private readonly HashSet<(string, string)> _names;

    private EvaluationPrompts(int seed, IReadOnlyList<EvaluationPrompt> prompts)
    {
        Seed = seed;
        Prompts = prompts;
        _byKey = prompts.DistinctBy(prompt => prompt.Key).ToDictionary(prompt => prompt.Key, StringComparer.Ordinal);
        _names = [.. prompts.Select(prompt => (prompt.ImageId, prompt.Category))];
    }

    /// <summary>The seed that all points are drawn with.</summary>
    public int Seed { get; }

    /// <summary>One prompt for each row that they were made from, in the order of the rows.</summary>
    public IReadOnlyList<EvaluationPrompt> Prompts { get; }

    /// <summary>Makes the prompts of all rows; each row is one object.</summary>
    /// <param name="data">
    /// The true masks and categories, after all transforms that load them. A model's output has these columns too; no prediction is
    /// computed.
    /// </param>
    /// <param name="seed">The seed that all points are drawn with.</param>
    /// <param name="maskColumnName">
    /// The true mask, at the size of the image: an image, or a vector of bytes holding an encoded image file; of two levels the higher is
    /// the object.
    /// </param>
    /// <param name="categoryColumnName">The true category: text, or a key whose values are text.</param>
    /// <param name="imageIdColumnName">The value that the rows of one image share: text, or a key whose values are text.</param>
    /// <param name="caseIdColumnName">
    /// The value that the images of one patient or volume share. Null: a column CaseId if there is one, else each image is a case.
    /// </param>
    /// <param name="modalityColumnName">
    /// The kind of image, such as "ct". Null: a column Modality if there is one, else there are no figures per modality.
    /// </param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows; a row has no category or an empty mask; or one image has two sizes, cases or modalities.
    /// </exception>
    public static EvaluationPrompts Create(IDataView data, int seed = 1, string maskColumnName = "Mask",
        string categoryColumnName = "Category", string imageIdColumnName = "ImageId", string? caseIdColumnName = null,
        string? modalityColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var columns = TruthColumns.Find(data.Schema, maskColumnName, categoryColumnName, imageIdColumnName);
        var caseId = Optional(caseIdColumnName, "CaseId", "the same in all images of one case");
        var modality = Optional(modalityColumnName, "Modality", "the kind of image");
        using var cursor = data.GetRowCursor([.. columns.All, .. new[] { caseId, modality }.OfType<DataViewSchema.Column>()]);
        var truth = new TruthReader(cursor, columns);
        var (readCase, readModality) = (Getter(caseId), Getter(modality));
        var prompts = new List<EvaluationPrompt>();
        var images = new Dictionary<string, EvaluationPrompt>(StringComparer.Ordinal);
        while (cursor.MoveNext())
        {
            var mask = truth.Mask(out var height, out var width);
            var prompt = Make(seed, truth.ImageId(), truth.Category(), mask, height, width, readCase?.Invoke(), readModality?.Invoke());
            prompts.Add(prompt);
            if (images.TryAdd(prompt.ImageId, prompt))
                continue;
            var first = images[prompt.ImageId];
            if ((first.Height, first.Width, first.CaseId, first.Modality) != (height, width, prompt.CaseId, prompt.Modality))
            {
                throw truth.BadRow(FormattableString.Invariant($"image '{prompt.ImageId}' is {width} x {height} pixels, ")
                    + FormattableString.Invariant($"case '{prompt.CaseId}', modality '{prompt.Modality}' here, ")
                    + FormattableString.Invariant($"but {first.Width} x {first.Height}, '{first.CaseId}' and '{first.Modality}' ")
                    + "in an earlier row; give every image an id of its own");
            }
        }

        return prompts.Count > 0 ? new(seed, prompts) : throw new InvalidOperationException(
            "There are no rows to make prompts from; at least one row with a mask is needed.");

        DataViewSchema.Column? Optional(string? name, string usual, string meaning) =>
            name is null && data.Schema.GetColumnOrNull(usual) is null ? null : TruthColumns.Name(data.Schema, name ?? usual, meaning);

        Func<string>? Getter(DataViewSchema.Column? column) => column is { } present ? RowText.Name(cursor, present) : null;
    }

    /// <summary>Reads a file that <see cref="Save"/> has written.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not JSON, holds something else, or is of another version; the message says what to do.
    /// </exception>
    public static EvaluationPrompts Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = PromptFile.Load(path);
        return new(file.Seed, file.Prompts);
    }

    /// <summary>
    /// Writes the prompts as JSON, with the rule of the later points in words. An existing file is replaced once the new one is complete.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written; an existing file stays as it was.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PromptFile.Save(path, Seed, Prompts);
    }

    /// <summary>The prompts of an object.</summary>
    /// <param name="imageId">Its image's id.</param>
    /// <param name="category">Its true category.</param>
    /// <param name="mask">height x width pixels of its true mask, row by row.</param>
    /// <exception cref="ArgumentException">There are none for it, or its mask is not the one they were made from.</exception>
    internal EvaluationPrompt Find(string imageId, string category, ReadOnlySpan<bool> mask, int height, int width)
    {
        if (_byKey.TryGetValue(EvaluationPrompt.KeyOf(imageId, category, PointRule.Digest(mask), height, width), out var prompt))
            return prompt;
        throw new ArgumentException(_names.Contains((imageId, category))
            ? FormattableString.Invariant($"the {width} x {height} mask of category '{category}' in image '{imageId}' is not the one ")
                + "that the prompts were made from; the data have changed: go back to those, "
                + "or make new prompts with EvaluationPrompts.Create"
            : $"there are no prompts for category '{category}' in image '{imageId}'; evaluate the rows that they were made from, "
                + "or make new ones with EvaluationPrompts.Create");
    }

    /// <summary>The next point of an object, in the error of the previous prediction; seed, object and number alone decide it.</summary>
    /// <remarks>
    /// Of the m pixels where prediction and truth differ, row by row, it is number h mod m, counting from 0; h is the big-endian number in
    /// the first 8 bytes of the SHA-256 of the UTF-8 text <c>seed|imageId|category|mask|number</c> (our choice: any language can draw the
    /// same).
    /// </remarks>
    /// <param name="number">Number of the point; 2 is the first that depends on a prediction.</param>
    /// <param name="truth">Height·Width pixels of the true mask, row by row.</param>
    /// <param name="predicted">As many pixels of the binary mask predicted before.</param>
    /// <returns>Null where there is no error: the previous prediction stays.</returns>
    /// <exception cref="ArgumentException">A mask is not of the prompt's size.</exception>
    internal EvaluationPoint? NextPoint(EvaluationPrompt prompt, int number, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted)
    {
        if (truth.Length != prompt.Height * prompt.Width || predicted.Length != truth.Length)
        {
            throw new ArgumentException(FormattableString.Invariant($"Masks of {truth.Length} and {predicted.Length} pixels; expected ")
                + FormattableString.Invariant($"{prompt.Width} x {prompt.Height}, the size of image '{prompt.ImageId}'."));
        }

        return Draw(Seed, prompt, number, truth, predicted);
    }

    private static EvaluationPrompt Make(
        int seed, string imageId, string category, bool[] mask, int height, int width, string? caseId, string? modality)
    {
        // Of all parts: our choice, SAM-Med2D takes the largest.
        var box = MaskRegions.Box(MemoryMarshal.AsBytes<bool>(mask), height, width)!.Value;
        var point = Draw(seed, WithPoint([]), 1, mask, new bool[mask.Length])!;
        return WithPoint([point.X, point.Y]);

        EvaluationPrompt WithPoint(int[] point) => new(
            imageId, category, height, width, [box.X0, box.Y0, box.X1, box.Y1], point, PointRule.Digest(mask), caseId, modality);
    }

    private static EvaluationPoint? Draw(
        int seed, EvaluationPrompt prompt, int number, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted)
    {
        var error = new bool[truth.Length];
        for (var i = 0; i < error.Length; i++)
            error[i] = truth[i] != predicted[i];
        var text = FormattableString.Invariant($"{seed}|{prompt.ImageId}|{prompt.Category}|{prompt.Mask}|{number}");
        return PointRule.Draw(error, text) is { } pixel ? new(pixel % prompt.Width, pixel / prompt.Width, truth[pixel]) : null;
    }
}

/// <summary>
/// Draws pixels by a hash instead of a random generator, so that a program in any language draws the same ones (our choice).
/// </summary>
internal static class PointRule
{
    /// <summary>Of the n pixels that are true, in row-major order, pixel number h mod n; null if there is none.</summary>
    /// <param name="seed">h is the number in the first 8 bytes, big-endian, of the SHA-256 of this text in UTF-8.</param>
    public static int? Draw(ReadOnlySpan<bool> pixels, string seed) => MaskPixels.Pick(MemoryMarshal.AsBytes(pixels),
        count => (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))) % (ulong)count));

    /// <summary>SHA-256 of a mask's pixels, one byte each, 0 or 1, row-major; lower-case hexadecimal.</summary>
    public static string Digest(ReadOnlySpan<bool> mask) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(mask)));
}
