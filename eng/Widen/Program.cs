// Copies an assembly with every type, method and field made public, for compiling against only.
// The real, unchanged assembly is what loads at run time (see eng/WidenReferences.targets).
// Usage: Widen <input.dll> <output.dll>
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Widen <input.dll> <output.dll>");
    return 2;
}

var image = File.ReadAllBytes(args[0]);
using var peReader = new PEReader(new MemoryStream(image));
var metadata = peReader.GetMetadataReader();
var metadataStart = peReader.PEHeaders.MetadataStartOffset;

// Flags are the first column of TypeDef (4 bytes) and Field (2 bytes), and follow RVA and ImplFlags (6 bytes) in MethodDef.
Widen(TableIndex.TypeDef, flagsOffset: 0, flags => (flags & (int)TypeAttributes.VisibilityMask) switch
{
    (int)TypeAttributes.NotPublic => (int)TypeAttributes.Public,
    (int)TypeAttributes.Public => (int)TypeAttributes.Public,
    _ => (int)TypeAttributes.NestedPublic,
}, mask: (int)TypeAttributes.VisibilityMask);
Widen(TableIndex.MethodDef, flagsOffset: 6, _ => (int)MethodAttributes.Public, mask: (int)MethodAttributes.MemberAccessMask);
Widen(TableIndex.Field, flagsOffset: 0, _ => (int)FieldAttributes.Public, mask: (int)FieldAttributes.FieldAccessMask);

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
File.WriteAllBytes(args[1], image);
return 0;

// All three visibility masks are the low three bits, so only the first byte of the flags changes.
void Widen(TableIndex table, int flagsOffset, Func<int, int> visibility, int mask)
{
    var start = metadataStart + metadata.GetTableMetadataOffset(table) + flagsOffset;
    var rowSize = metadata.GetTableRowSize(table);
    for (var row = 0; row < metadata.GetTableRowCount(table); row++)
    {
        ref var flags = ref image[start + row * rowSize];
        flags = (byte)((flags & ~mask) | visibility(flags));
    }
}
