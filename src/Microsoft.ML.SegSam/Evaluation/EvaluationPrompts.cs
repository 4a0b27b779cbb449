using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>
/// The prompts of an evaluation, made once from the true masks, without noise, and kept in a file, so that every run and every method
/// is asked the same (method, 8.1).
/// </summary>
/// <remarks>
/// Each object has its tight box and its first click; later clicks depend on the answers, so of them the file fixes the rule
/// (<see cref="NextClick"/>). An object is known again by its image id, category and mask, so neither order nor number of the rows matters.
/// </remarks>
public sealed class EvaluationPrompts
{
    private readonly Dictionary<string, EvaluationPrompt> _byKey;
    private readonly HashSet<(string, string)> _names;

    private EvaluationPrompts(int seed, IReadOnlyList<EvaluationPrompt> prompts)
    {
        (Seed, Prompts) = (seed, prompts);
        _byKey = prompts.DistinctBy(prompt => prompt.Key).ToDictionary(prompt => prompt.Key, StringComparer.Ordinal);
        _names = [.. prompts.Select(prompt => (prompt.ImageId, prompt.Category))];
    }

    /// <summary>Decides all clicks.</summary>
    public int Seed { get; }

    /// <summary>One for each row that they were made from, in its order.</summary>
    public IReadOnlyList<EvaluationPrompt> Prompts { get; }

    /// <summary>Makes the prompts of all rows; each row is one object.</summary>
    /// <param name="data">The true masks and names, through all transforms that load them; a model's output has them too, and no answer is computed.</param>
    /// <param name="seed">Decides all clicks.</param>
    /// <param name="maskColumnName">The true mask, at the size of the image: an image, or a vector of bytes holding an encoded image file; of two levels the higher is the object.</param>
    /// <param name="categoryColumnName">The true category: text, or a key whose values are text.</param>
    /// <param name="imageIdColumnName">What the rows of one image share: text, or a key whose values are text.</param>
    /// <param name="caseIdColumnName">What the images of one patient or volume share. Null: a column CaseId if there is one, else each image is a case.</param>
    /// <param name="modalityColumnName">Such as "ct". Null: a column Modality if there is one, else there are no figures for each modality.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows; a row has no name or an empty mask; or one image has two sizes, cases or modalities.</exception>
    public static EvaluationPrompts Create(IDataView data, int seed = 1, string maskColumnName = "Mask", string categoryColumnName = "Category",
        string imageIdColumnName = "ImageId", string? caseIdColumnName = null, string? modalityColumnName = null)
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
            var prompt = Of(seed, truth.ImageId(), truth.Category(), mask, height, width) with { CaseId = readCase?.Invoke(), Modality = readModality?.Invoke() };
            prompts.Add(prompt);
            if (images.TryAdd(prompt.ImageId, prompt))
                continue;
            var first = images[prompt.ImageId];
            if ((first.Height, first.Width, first.CaseId, first.Modality) != (height, width, prompt.CaseId, prompt.Modality))
                throw truth.BadRow($"image '{prompt.ImageId}' is {width} x {height} pixels, case '{prompt.CaseId}', modality '{prompt.Modality}' here, but {first.Width} x {first.Height}, '{first.CaseId}' and '{first.Modality}' in an earlier row; give every image an id of its own");
        }

        return prompts.Count > 0 ? new(seed, prompts) : throw new InvalidOperationException("There are no rows to make prompts from; at least one row with a mask is needed.");

        DataViewSchema.Column? Optional(string? name, string usual, string meaning) =>
            name is null && data.Schema.GetColumnOrNull(usual) is null ? null : TruthColumns.Name(data.Schema, name ?? usual, meaning);

        Func<string>? Getter(DataViewSchema.Column? column) => column is { } found ? RowText.Name(cursor, found) : null;
    }

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no JSON, holds something else, or is of another version; the message says what to do.</exception>
    public static EvaluationPrompts Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = PromptFile.Load(path);
        return new(file.Seed, file.Prompts);
    }

    /// <summary>Writes the prompts as JSON, with the rule of the later clicks in words; a file already there is replaced once the new one is whole.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there stays.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PromptFile.Save(path, Seed, Prompts);
    }

    /// <summary>The prompts of an object.</summary>
    /// <param name="imageId">Its image's id.</param>
    /// <param name="category">Its true category.</param>
    /// <param name="mask">height x width pixels of its true mask, row by row.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <exception cref="ArgumentException">There are none for it, or its mask is not the one they were made from.</exception>
    public EvaluationPrompt Find(string imageId, string category, ReadOnlySpan<bool> mask, int height, int width)
    {
        if (_byKey.TryGetValue(new EvaluationPrompt(imageId, category, height, width, [], [], ClickRule.Digest(mask)).Key, out var found))
            return found;
        throw new ArgumentException(_names.Contains((imageId, category))
            ? $"the {width} x {height} mask of category '{category}' in image '{imageId}' is not the one that the prompts were made from; the data have changed: go back to those, or make new prompts with EvaluationPrompts.Create"
            : $"there are no prompts for category '{category}' in image '{imageId}'; evaluate the rows that they were made from, or make new ones with EvaluationPrompts.Create");
    }

    /// <summary>The next click of an object: into the error of the answer before, drawn by seed, object and number alone.</summary>
    /// <remarks>
    /// Of the m pixels where prediction and truth differ, row by row, it is number h mod m, counting from 0; h is the big-endian number in the first 8 bytes of the
    /// SHA-256 of the UTF-8 text <c>seed|imageId|category|mask|number</c> (our choice: any language can draw the same).
    /// </remarks>
    /// <param name="prompt">The object.</param>
    /// <param name="number">Of the click; 2 is the first that depends on an answer.</param>
    /// <param name="truth">Height·Width pixels of the true mask, row by row.</param>
    /// <param name="predicted">As many of the binary mask answered before.</param>
    /// <returns>Null where there is no error: the answer before stays.</returns>
    /// <exception cref="ArgumentException">A mask is not of the prompt's size.</exception>
    public EvaluationClick? NextClick(EvaluationPrompt prompt, int number, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (truth.Length != prompt.Height * prompt.Width || predicted.Length != truth.Length)
            throw new ArgumentException($"Masks of {truth.Length} and {predicted.Length} pixels; expected {prompt.Width} x {prompt.Height}, the size of image '{prompt.ImageId}'.");
        return Click(Seed, prompt, number, truth, predicted);
    }

    private static EvaluationPrompt Of(int seed, string imageId, string category, bool[] mask, int height, int width)
    {
        var box = MaskRegions.Box(MemoryMarshal.AsBytes<bool>(mask), height, width)!.Value; // of all parts: our choice, SAM-Med2D takes the largest
        var prompt = new EvaluationPrompt(imageId, category, height, width, [box.X0, box.Y0, box.X1, box.Y1], [], ClickRule.Digest(mask));
        var first = Click(seed, prompt, 1, mask, new bool[mask.Length])!;
        return prompt with { Point = [first.X, first.Y] };
    }

    private static EvaluationClick? Click(int seed, EvaluationPrompt prompt, int number, ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted)
    {
        var error = new bool[truth.Length];
        for (var i = 0; i < error.Length; i++)
            error[i] = truth[i] != predicted[i];
        return ClickRule.Draw(error, FormattableString.Invariant($"{seed}|{prompt.ImageId}|{prompt.Category}|{prompt.Mask}|{number}")) is { } at
            ? new(at % prompt.Width, at / prompt.Width, truth[at]) : null;
    }
}

/// <summary>Draws pixels by a hash instead of a random generator, so that a program in any language draws the same ones (our choice).</summary>
internal static class ClickRule
{
    /// <summary>Of the n pixels that are true, in row-major order, the one numbered h mod n; null where there is none.</summary>
    /// <param name="seed">h is the number in the first 8 bytes, big-endian, of the SHA-256 of this text in UTF-8.</param>
    public static int? Draw(ReadOnlySpan<bool> pixels, string seed) => MaskPixels.Pick(MemoryMarshal.AsBytes(pixels),
        count => (int)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))) % (ulong)count));

    /// <summary>SHA-256 of a mask's pixels, one byte each, 0 or 1, row-major; lower-case hexadecimal.</summary>
    public static string Digest(ReadOnlySpan<bool> mask) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(mask)));
}
