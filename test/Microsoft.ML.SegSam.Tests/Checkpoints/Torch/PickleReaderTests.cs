using System.Numerics;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using static Microsoft.ML.SegSam.Tests.Checkpoints.CheckpointBytes;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Torch;

/// <summary>Pickles written by hand: what is understood, and what a malicious one gets.</summary>
[TestClass]
public sealed class PickleReaderTests
{
    [TestMethod]
    [DataRow("N.", "None")]
    [DataRow("\x80\x02K\x07.", "7")]
    [DataRow("M\x01\x02.", "513")]
    [DataRow("J\xfe\xff\xff\xff.", "-2")]
    [DataRow("\x8a\x01\xff.", "-1")]
    [DataRow("\x8a\x00.", "0")]
    [DataRow("\x8b\x02\x00\x00\x00\x00\x01.", "256")]
    [DataRow("I42\n.", "42")]
    [DataRow("I01\n.", "True")]
    [DataRow("L-42L\n.", "-42")]
    [DataRow("F2.5\n.", "2.5")]
    [DataRow("G\x40\x04\x00\x00\x00\x00\x00\x00.", "2.5")]
    [DataRow("S'abc'\n.", "abc")]
    [DataRow("Vabc\n.", "abc")]
    [DataRow("U\x03" + "abc.", "abc")]
    [DataRow("T\x03\0\0\0abc.", "abc")]
    [DataRow("X\x04\0\0\0na\xc3\xafve.", null, DisplayName = "a text cut inside")]
    [DataRow("X\x06\0\0\0na\xc3\xafve.", "naïve")]
    [DataRow("\x8c\x03" + "abc.", "abc")]
    [DataRow("\x8d\x03\0\0\0\0\0\0\0abc.", "abc")]
    [DataRow("C\x02" + "ab.", "bytes 2")]
    [DataRow("B\x02\0\0\0ab.", "bytes 2")]
    [DataRow("\x8e\x02\0\0\0\0\0\0\0ab.", "bytes 2")]
    [DataRow("\x80\x04\x95\x05\0\0\0\0\0\0\0K\x01\x94.", "1")]
    [DataRow("(K\x01K\x02K\x03t.", "(1 2 3)")]
    [DataRow(").", "()")]
    [DataRow("K\x01\x85.", "(1)")]
    [DataRow("K\x01K\x02\x86.", "(1 2)")]
    [DataRow("K\x01K\x02K\x03\x87.", "(1 2 3)")]
    [DataRow("](K\x01K\x02" + "eK\x03" + "a.", "[1 2 3]")]
    [DataRow("(K\x01l.", "[1]")]
    [DataRow("}(K\x01K\x02uK\x03K\x04s.", "{1 2 3 4}")]
    [DataRow("(K\x01K\x02" + "d.", "{1 2}")]
    [DataRow("\x8f(K\x01\x90.", "[1]")]
    [DataRow("(K\x01\x91.", "[1]")]
    [DataRow("K\x01q\x05" + "0h\x05.", "1")]
    [DataRow("K\x01p5\n0g5\n.", "1")]
    [DataRow("K\x01r\x05\0\0\0" + "0j\x05\0\0\0.", "1")]
    [DataRow("K\x01K\x02\x94h\x00\x87.", "(1 2 2)", DisplayName = "MEMOIZE")]
    [DataRow("K\x01K\x02\x87.", null, DisplayName = "a tuple of three where two are")]
    [DataRow("K\x01(K\x02" + "1.", "1", DisplayName = "POP_MARK")]
    [DataRow("K\x01(0.", "1", DisplayName = "POP of a mark")]
    [DataRow("K\x01" + "2\x86.", "(1 1)", DisplayName = "DUP")]
    [DataRow("ccollections\nOrderedDict\n)R.", "{}")]
    [DataRow("ccollections\nOrderedDict\n](K\x01K\x02\x86" + "e\x85R.", "{1 2}", DisplayName = "OrderedDict from pairs")]
    [DataRow("cbuiltins\nset\n](K\x01" + "e\x85R.", "[1]")]
    [DataRow("c__builtin__\ndict\n)R.", "{}")]
    [DataRow("ctorch\nSize\n(K\x01K\x02t\x85R.", "(1 2)")]
    [DataRow("cos\nsystem\nU\x07rm -rf /\x85R.", null, DisplayName = "a length that leaves bytes over")]
    [DataRow("cos\nsystem\nU\x08rm -rf /\x85R.", "<os.system>")]
    [DataRow("(U\x04" + "1+1.ibuiltins\neval\n.", "<builtins.eval>", DisplayName = "INST")]
    [DataRow("(cbuiltins\neval\nU\x03" + "1+1o.", "<builtins.eval>", DisplayName = "OBJ")]
    [DataRow("\x8c\x08" + "builtins\x8c\x04" + "exec\x93)\x81}b.", "<builtins.exec>", DisplayName = "STACK_GLOBAL, NEWOBJ, BUILD")]
    [DataRow("cm\nC\n)}\x92}K\x01K\x02s0.", "<m.C>", DisplayName = "NEWOBJ_EX")]
    [DataRow("cm\nC\n)R(K\x01" + "e(K\x01K\x02uK\x01" + "a.", "<m.C>", DisplayName = "items for an opaque object")]
    [DataRow("cm\nC\n)R)R.", "<m.C>", DisplayName = "a call of an opaque object")]
    [DataRow("K\x01Q.", "<persistent object>")]
    [DataRow("Pabc\n.", "<persistent object>")]
    public void Opcodes_give_plain_values_and_foreign_objects_stay_names(string pickle, string? expected)
    {
        if (expected is null)
            Assert.ThrowsExactly<InvalidDataException>(() => Read(Latin(pickle)));
        else
            Assert.AreEqual(expected, Show(Read(Latin(pickle))));
    }

    [TestMethod]
    [DataRow("", "ends inside a value")]
    [DataRow("X\xff\xff\xff\xff" + "abc.", "larger than the 256 MB allowed")]
    [DataRow("X\x00\x00\x00\x0f" + "abc.", "251658240 bytes are needed", DisplayName = "a huge length below the limit")]
    [DataRow("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "larger than the 256 MB allowed")]
    [DataRow("\x8e\x00\x00\x00\x00\x00\x00\x00\x80.", "larger than the 256 MB allowed")]
    [DataRow("T\xff\xff\xff\xff.", "a negative length")]
    [DataRow("\x8b\xff\xff\xff\xff.", "a negative length")]
    [DataRow("X\x02\0\0\0\xc3\x28.", "not UTF-8")]
    [DataRow("I0x12\n.", "not an integer")]
    [DataRow("Fabc\n.", "the number 'abc'")]
    [DataRow("Sabc\n.", "without its quotes")]
    [DataRow("\x80\x06N.", "protocol 6; 0 to 5 are supported")]
    [DataRow("\xff.", "unknown opcode 0xff")]
    [DataRow("\x82\x01.", "extension code")]
    [DataRow("0.", "empty stack")]
    [DataRow("(t(0a.", "empty stack")]
    [DataRow("K\x01(\x85.", "empty stack", DisplayName = "an operation across a mark")]
    [DataRow("t.", "mark that does not exist")]
    [DataRow("h\x00.", "memo number 0, which was never set")]
    [DataRow("K\x01r\xff\xff\xff\xff.", "memo number 4294967295; at most")]
    [DataRow("K\x01p-1\n.", "memo number -1")]
    [DataRow("}(K\x01u.", "key without a value")]
    [DataRow("K\x01K\x02" + "a.", "items added to something that is not a container")]
    [DataRow("}K\x02" + "a.", "items added to something that is not a container")]
    [DataRow("K\x01)R.", "a call of something that is not a function")]
    [DataRow("cm\nC\nK\x01R.", "arguments are not a tuple")]
    [DataRow("K\x01K\x02\x93.", "a class whose name is not a text")]
    [DataRow("(o.", "an object without a class")]
    [DataRow(".", "0 values at its end")]
    [DataRow("NN.", "2 values at its end")]
    [DataRow("ctorch.storage\n_load_from_bytes\nC\x01.\x85R.", "a pickle inside the pickle")]
    [DataRow("ctorch._utils\n_rebuild_tensor_v2\n)R.", "_rebuild_tensor_v2 with invalid arguments")]
    [DataRow("ctorch._utils\n_rebuild_parameter\n)R.", "_rebuild_parameter with invalid arguments")]
    [DataRow("ccollections\nOrderedDict\n](K\x01" + "e\x85R.", "not a list", DisplayName = "OrderedDict from no pairs")]
    [DataRow("(U\x07storageK\x01tQ.", "in a form that PyTorch does not write")]
    [DataRow("]q\x00h\x00" + "a.", "contains itself")]
    [DataRow("}q\x00N]h\x00" + "as.", "contains itself", DisplayName = "a cycle through two")]
    [DataRow("](h\x00" + "e.", "never set")]
    public void A_pickle_that_lies_or_breaks_is_refused(string pickle, string says) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Read(Latin(pickle))).Message, says);

    [TestMethod]
    public void Nesting_is_bounded_however_it_is_made()
    {
        Assert.IsInstanceOfType<PickleList>(Read(new PickleWriter().Times(500, "]").Times(499, "a").Stop()));
        foreach (var deep in new[]
        {
            new PickleWriter().Times(501, "]").Times(500, "a"),
            new PickleWriter().Times(100_000, "]").Times(99_999, "a"),
            new PickleWriter().Op('N').Times(100_000, "\x85"),
            new PickleWriter().Times(100_000, "("),
            // Each list holds the one before, which the walk has seen already.
            new PickleWriter().Op("](]").Times(600, "q\x00" + "2]h\x00" + "a").Op('e'),
        })
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Read(deep.Stop())).Message,
                "deeper than the limit of 500");
    }

    [TestMethod]
    public void Shared_parts_are_walked_once()
    {
        var doubling = new PickleWriter().Op(']').Times(400, "q\x00](h\x00h\x00" + "e").Raw((byte)'\x85');
        Assert.ThrowsExactly<InvalidDataException>(() => Read(doubling.Stop())); // 401 lists lie on the stack
        Assert.IsInstanceOfType<PickleTuple>(Read(new PickleWriter().Op('N').Times(400, "2\x86").Stop())); // 2 to the 400 paths
    }

    [TestMethod]
    public void Work_is_bounded_also_where_few_bytes_ask_for_much()
    {
        StringAssert.Contains(Failure(new PickleWriter().Times(4_100_000, "N0")), "more than 8000000 steps");
        var copies = new PickleWriter().Op("](").Times(10_000, "N").Raw((byte)'e', (byte)'q', 0).Times(1000, "0cbuiltins\nlist\nh\0\x85R");
        StringAssert.Contains(Failure(copies), "more than 8000000 steps");
        StringAssert.Contains(Failure(new PickleWriter().Op('I').Times(2000, "9").Op('\n')), "at most 1000 digits");
        StringAssert.Contains(Failure(new PickleWriter().Raw(0x8b).UInt32(2000).Times(2000, "9")), "an integer of 2000 bytes");
        StringAssert.Contains(Failure(new PickleWriter().Op('V').Times((1 << 20) + 1, "9").Op('\n')), "a line longer than");
        var tensor = SavedTensor.Matrix with { Shape = [], Strides = [] };
        var many = new PickleWriter().Op('(');
        for (var i = 0; i <= 100_000; i++)
            many.Tensor(tensor);
        StringAssert.Contains(Failure(many.Op('l')), "more than 100000 tensors");
    }

    [TestMethod]
    public void A_malicious_checkpoint_is_read_as_data_or_refused_and_nothing_runs()
    {
        var marker = Path.Combine(Path.GetTempPath(), $"segsam-{Environment.ProcessId}-ran");
        var evil = PickleWriter.Protocol2().Op("}(").Text("evil").Global("os", "system").Op('(').Text($"touch {marker}").Op("tR")
            .Text("model").Tensors([SavedTensor.Matrix]).Op('u').Stop();
        CollectionAssert.AreEqual(new[] { "evil: os.system" }, Open(TorchWriter.Zip(evil), file => file.Skipped.ToArray()));
        var only = PickleWriter.Protocol2().Global("posix", "system").Op('(').Text($"touch {marker}").Op("tR").Stop();
        StringAssert.Contains(Refusal(TorchWriter.Zip(only)), "holds posix.system, expected a dictionary of tensors");
        Assert.IsFalse(File.Exists(marker));
    }

    [TestMethod]
    public void Integers_beyond_64_bits_keep_their_value() =>
        Assert.AreEqual(BigInteger.Parse("119547037146038801333356"), Read(Latin("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")));

    private static string Failure(PickleWriter pickle) => Assert.ThrowsExactly<InvalidDataException>(() => Read(pickle.Stop())).Message;

    private static object? Read(byte[] pickle) => PickleReader.Read(new MemoryStream(pickle));

    private static byte[] Latin(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    private static string Show(object? value) => value switch
    {
        null => "None",
        byte[] bytes => $"bytes {bytes.Length}",
        PickleOpaque opaque => $"<{opaque.Name}>",
        PickleTuple tuple => $"({string.Join(' ', tuple.Items.Select(Show))})",
        PickleList list => $"[{string.Join(' ', list.Items.Select(Show))}]",
        PickleDict dict => $"{{{string.Join(' ', dict.Items.Select(Show))}}}",
        _ => FormattableString.Invariant($"{value}"),
    };
}
