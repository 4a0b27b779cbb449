namespace Microsoft.ML.SegSam.Data;

internal static class Arrays
{
    /// <summary>Arrays of one length after each other.</summary>
    public static T[] Join<T>(IReadOnlyList<T[]> parts)
    {
        var all = new T[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }
}
