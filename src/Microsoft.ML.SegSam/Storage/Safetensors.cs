using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>Weights in the safetensors format, streamed tensor by tensor, so that a network is never in memory twice.</summary>
/// <remarks>
/// Written files carry a digest, which is verified on reading: a flipped bit would give plausible but wrong predictions, and .NET's zip
/// reader does not check.
/// </remarks>
internal static class Safetensors
{
    private const string DigestKey = "sha256"; // of the text that belongs to the tensors and of their data; hexadecimal

    /// <param name="metadata">Texts by key for the header.</param>
    /// <param name="belonging">A text stored elsewhere that the digest covers as well.</param>
    public static void Write(
        Stream stream, IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        string belonging = "")
    {
        using var hash = NewHash(belonging);
        ForEachTensor(hash.AppendData);
        var texts = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { [DigestKey] = Digits(hash) };
        SafetensorsHeader.Write(stream, tensors, texts);
        ForEachTensor(stream.Write);

        void ForEachTensor(BytesAction action)
        {
            using var noGrad = no_grad();
            foreach (var (_, value) in tensors)
            {
                using var scope = NewDisposeScope();
                action(value.detach().cpu().contiguous().bytes);
            }
        }
    }

    /// <summary>Fills tensors in place from a stream, converting type and device if they differ.</summary>
    /// <exception cref="InvalidDataException">Names or shapes do not match (the message lists all), or the data are invalid.</exception>
    public static void ReadInto(Stream stream, IReadOnlyDictionary<string, Tensor> tensors) => ReadInto(stream, tensors, () => tensors);

    /// <summary>
    /// Creates the tensors only after the data were found to match <paramref name="expected"/>, whose values are not read.
    /// </summary>
    /// <param name="belonging">The text with which they were written.</param>
    /// <exception cref="InvalidDataException">As for the other overload.</exception>
    public static void ReadInto(
        Stream stream, IReadOnlyDictionary<string, Tensor> expected, Func<IReadOnlyDictionary<string, Tensor>> make, string belonging = "")
    {
        var entries = SafetensorsHeader.Read(stream, out var metadata);
        Check(entries, expected);
        if (stream.CanSeek && entries.Count > 0 && entries[^1].End > stream.Length - stream.Position)
        {
            throw SafetensorsHeader.Invalid(
                $"they end {entries[^1].End - (stream.Length - stream.Position)} bytes before the end of tensor '{entries[^1].Name}'");
        }

        var tensors = make();
        using var hash = metadata.ContainsKey(DigestKey) ? NewHash(belonging) : null;
        foreach (var entry in entries)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var target = tensors[entry.Name];
            var direct = target.dtype == entry.Type && target.device_type == TorchSharp.DeviceType.CPU && target.is_contiguous();
            var buffer = direct ? target : empty(entry.Shape, entry.Type);
            SafetensorsHeader.ReadFully(stream, buffer.bytes, $"tensor '{entry.Name}'");
            hash?.AppendData(buffer.bytes);
            if (!direct)
                target.copy_(buffer);
        }

        if (hash is not null && Digits(hash) != metadata[DigestKey])
            throw new InvalidDataException("The data differ from what was saved: some bytes have changed. Download the file again, or "
                + "save it again.");
    }

    private delegate void BytesAction(ReadOnlySpan<byte> bytes);

    private static IncrementalHash NewHash(string belonging)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(belonging));
        return hash;
    }

    private static string Digits(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetCurrentHash());

    private static void Check(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var byName = entries.ToDictionary(entry => entry.Name);
        string[] problems =
        [
            .. tensors.Keys.Where(name => !byName.ContainsKey(name)).Select(name => $"missing: {name}"),
            .. byName.Keys.Where(name => !tensors.ContainsKey(name)).Select(name => $"unexpected: {name}"),
            .. tensors.Where(pair => byName.TryGetValue(pair.Key, out var entry) && !entry.Shape.SequenceEqual(pair.Value.shape))
                .Select(pair => $"shape: {pair.Key} is [{string.Join(',', byName[pair.Key].Shape)}], expected "
                    + $"[{string.Join(',', pair.Value.shape)}]"),
        ];
        if (problems.Length > 0)
            throw new InvalidDataException($"The weights do not fit the network in {problems.Length} places:\n  " + string.Join("\n  "
                + "", problems));
    }
}
