namespace Ablation;

/// <summary>What the network is told about the categories.</summary>
internal enum Texts
{
    /// <summary>No text module at all.</summary>
    None,

    /// <summary>The names.</summary>
    Names,

    /// <summary>Each name with the description of another category: as many words, but no knowledge.</summary>
    Shuffled,

    /// <summary>Each name with its own description.</summary>
    Descriptions,
}
