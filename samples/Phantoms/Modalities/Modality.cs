using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>A modality and how to paint it.</summary>
/// <param name="Name">Such as "ct".</param>
/// <param name="Paint">Paints a slice.</param>
/// <param name="Categories">The names of its objects.</param>
/// <param name="Dark">The darkest gray level of an object when gray levels are made to overlap.</param>
/// <param name="Bright">The brightest one.</param>
/// <param name="Tints">The ends of the range of hues of objects in that case, for a colored picture; null for a gray one.</param>
internal sealed record Modality(string Name, Action<Scene, Draw> Paint, string[] Categories, float Dark, float Bright,
    (Tint From, Tint To)? Tints = null);
