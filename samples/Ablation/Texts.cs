namespace Ablation;

/// <summary>The texts about the categories that the network gets.</summary>
internal enum Texts
{
    /// <summary>No text module.</summary>
    None,

    /// <summary>Only the names.</summary>
    Names,

    /// <summary>Each name with the description of another category: as many words, without knowledge.</summary>
    Shuffled,

    /// <summary>Each name with its own description.</summary>
    Descriptions,
}
