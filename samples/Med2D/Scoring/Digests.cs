using System.Security.Cryptography;

namespace Med2D.Scoring;

/// <summary>Checksums that say which files a result belongs to.</summary>
internal static class Digests
{
    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
