namespace Phantoms;

/// <summary>A modality and how to paint it.</summary>
/// <param name="Modality">Its name.</param>
/// <param name="Paint">Paints a slice.</param>
/// <param name="Categories">The names of its objects.</param>
/// <param name="Dark">The darkest grey level that an object has where grey levels are made to overlap.</param>
/// <param name="Bright">The brightest one.</param>
/// <param name="Tints">The ends of the hues that objects have there, for a colored picture; null for a grey one.</param>
internal sealed record Look(string Modality, Action<Scene, Draw> Paint, string[] Categories, float Dark, float Bright,
    (Tint From, Tint To)? Tints = null);
