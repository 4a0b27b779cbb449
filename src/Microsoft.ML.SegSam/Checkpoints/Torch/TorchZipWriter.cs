using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>
/// Writes tensors as torch.save does since PyTorch 1.6, streamed tensor by tensor. torch.load reads them, also with weights_only.
/// </summary>
internal static class TorchZipWriter
{
    private const string Folder = "archive/"; // as torch.save into a buffer, so that the bytes do not depend on the file's name
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // equal weights give equal files

    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", Pickle(tensors));
        Add(zip, "byteorder", "little"u8);
        for (var i = 0; i < tensors.Count; i++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            Add(zip, $"data/{i}", tensors[i].Value.detach().cpu().contiguous().bytes);
        }

        Add(zip, "version", "3\n"u8);
    }

    // Stored, because PyTorch does not read deflated entries.
    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> data)
    {
        var entry = zip.CreateEntry(Folder + name, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        using var target = entry.Open();
        target.Write(data);
    }

    // Protocol 2: an OrderedDict of row-major tensors, each with its own storage, whose name is its index.
    private static byte[] Pickle(IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        using var bytes = new MemoryStream();
        using var pickle = new BinaryWriter(bytes, Encoding.UTF8);
        pickle.Write([0x80, 2]);
        pickle.Write("ccollections\nOrderedDict\n)R("u8);
        for (var i = 0; i < tensors.Count; i++)
        {
            var (name, value) = tensors[i];
            Text(name);
            pickle.Write("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
            Text("storage");
            pickle.Write(Encoding.ASCII.GetBytes($"ctorch\n{StorageTypes.NameOf(value.dtype)}\n"));
            Text($"{i}");
            Text("cpu");
            Number(value.numel());
            pickle.Write("tQ"u8);               // the storage
            Number(0);                          // offset
            Tuple(value.shape);
            Tuple(RowMajor(value.shape));
            pickle.Write([0x89]);               // requires_grad: False, as in a state dict
            pickle.Write("ccollections\nOrderedDict\n)RtR"u8);
        }

        pickle.Write("u."u8);
        return bytes.ToArray();

        void Text(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            pickle.Write((byte)'X');
            pickle.Write(utf8.Length);
            pickle.Write(utf8);
        }

        void Number(long value)
        {
            pickle.Write((byte)'J');
            pickle.Write(checked((int)value));  // a tensor above 2 GiB could not be written anyway
        }

        void Tuple(long[] values)
        {
            pickle.Write((byte)'(');
            foreach (var value in values)
                Number(value);
            pickle.Write((byte)'t');
        }
    }

    private static long[] RowMajor(long[] shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(1, shape[i]);
        }

        return strides;
    }
}
