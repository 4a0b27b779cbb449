using TorchSharp;

namespace Med2D.UNets;

/// <summary>Numbers as libtorch takes them, kept forever: one written in a call may be collected while libtorch reads it.</summary>
internal static class Numbers
{
    public static readonly Scalar Zero = 0, Half = 0.5, One = 1, White = 255;
}
