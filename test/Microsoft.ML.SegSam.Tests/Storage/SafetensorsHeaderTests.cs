using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Tests.Storage;

/// <summary>
/// Headers that lie, in every way we could think of: each gets an error that says what is wrong, none reads or allocates wildly.
/// </summary>
[TestClass]
public sealed class SafetensorsHeaderTests
{
    [TestMethod]
    public void Entries_come_in_the_order_of_their_data_and_metadata_is_passed_over()
    {
        var entries = Read("""{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}}""");
        CollectionAssert.AreEqual(new[] { "a", "b" }, entries.Select(entry => entry.Name).ToArray());
        CollectionAssert.AreEqual(new long[] { 2, 1 }, entries[0].Shape);
        Assert.AreEqual((4L, 12L), (entries[1].Begin, entries[1].End));
    }

    [TestMethod]
    [DataRow("overlap", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "'b' begin at 4, expected 8")]
    [DataRow("gap", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "begin at 8, expected 0")]
    [DataRow("unknown type", """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", "unknown type 'F8_E4M3'")]
    [DataRow("null type", """{"a":{"dtype":null,"shape":[2],"data_offsets":[0,2]}}""", "'a' has the unknown type")]
    [DataRow("negative side", """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "does not fit")]
    [DataRow("two negative sides", """{"a":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}""", "does not fit")]
    [DataRow("negative side beside an empty one", """{"a":{"dtype":"F32","shape":[-2,0],"data_offsets":[0,0]}}""", "does not fit")]
    [DataRow("product that wraps to 0", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "does not fit")]
    [DataRow("product that wraps in 128 bits",
        """{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""",
        "does not fit")]
    [DataRow("side beyond 64 bits", """{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}}""", "JSON")]
    [DataRow("size and offsets differ", """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "does not fit")]
    [DataRow("offsets turned round", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "does not fit")]
    [DataRow("negative offset", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "does not fit")]
    [DataRow("three offsets", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "does not fit")]
    [DataRow("fraction", """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,10]}}""", "JSON")]
    [DataRow("no shape", """{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "JSON")]
    [DataRow("no object", """{"a":7}""", "JSON")]
    [DataRow("array at the top", """[1]""", "JSON")]
    [DataRow("a name twice", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "'a'")]
    [DataRow("cut JSON", """{"a":{"dtype":"F32",""", "JSON")]
    [DataRow("no JSON", "hello", "JSON")]
    public void A_header_that_lies_is_refused(string kind, string json, string says)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => Read(json), kind);
        StringAssert.Contains(failure.Message, "Broken safetensors data");
        StringAssert.Contains(failure.Message, says);
    }

    [TestMethod]
    [DataRow(new byte[0], "8 bytes before the end of the header's length")]
    [DataRow(new byte[] { 2, 0, 0 }, "5 bytes before the end of the header's length")]
    [DataRow(new byte[] { 20, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "18 bytes before the end of the header")]
    [DataRow(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "JSON")]
    [DataRow(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 123, 125 }, "claims 9223372036854775807 bytes")]
    [DataRow(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 }, "claims 18446744073709551615 bytes")]
    public void A_length_that_the_stream_does_not_hold_is_refused(byte[] bytes, string says)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsHeader.Read(new MemoryStream(bytes)));
        StringAssert.Contains(failure.Message, says);
    }

    [TestMethod]
    public void Any_bytes_are_either_read_or_refused_with_the_formats_own_error()
    {
        var whole = Bytes("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I8","shape":[0],"data_offsets":[24,24]}}""");
        Gen.Select(Gen.Int[8, whole.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = whole.ToArray();
            changed[at] = value;
            try
            {
                SafetensorsHeader.Read(new MemoryStream(changed));
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 2000, threads: 1);
    }

    private static IReadOnlyList<SafetensorsEntry> Read(string json) => SafetensorsHeader.Read(new MemoryStream(Bytes(json)));

    private static byte[] Bytes(string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }
}
