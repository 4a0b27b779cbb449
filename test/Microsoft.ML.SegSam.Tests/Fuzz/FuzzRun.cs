namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>A share of the inputs for one reader, the same for the same seed.</summary>
internal sealed class FuzzRun(string reader, double share, int seed, params string[] alsoAllowed)
{
    private const int Fewest = 5;
    private static readonly int Count = Setting("SEGSAM_FUZZ_COUNT", 2000);
    private static readonly int Seed = Setting("SEGSAM_FUZZ_SEED", 1);
    private readonly FuzzReport _report = new(reader, alsoAllowed);

    /// <param name="seeds">Valid inputs.</param>
    /// <param name="wrap">Puts a spoiled input where the reader takes it.</param>
    /// <param name="read">The reader.</param>
    public FuzzReport Feed(byte[][] seeds, Func<byte[], byte[]> wrap, Action<byte[]> read)
    {
        var random = new Random(Seed * 1000 + seed);
        var mutator = new Mutator(random);
        foreach (var bytes in seeds)
            read(wrap(bytes)); // a seed that cannot be read proves nothing
        for (var i = 0; i < Math.Max(Fewest, Count * share); i++)
            _report.Try(wrap(mutator.Mutate(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)])), read);
        return _report;
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value) : otherwise;
}
