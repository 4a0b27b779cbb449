using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;


namespace Ablation;

/// <summary>One configuration of the method.</summary>
/// <param name="Key">Short name, for the command line and for files.</param>
/// <param name="Title">Name in the table.</param>
/// <param name="Texts">The texts about the categories.</param>
/// <param name="Change">Turns the full method's options into this variant's.</param>
internal sealed record Variant(string Key, string Title, Texts Texts, Func<SegSamOptions, SegSamOptions> Change)
{
    /// <summary>The contributions, added one after the other, and variants of the texts.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        new("a", "(a) semantic tokens inside SAM's decoder", Texts.None,
            full => WithoutText(full) with { SemanticDecoding = SemanticDecoding.Shared, AlignmentWeight = 0 }),
        new("b", "(b) + semantic-aware decoder", Texts.None, full => WithoutText(full) with { AlignmentWeight = 0 }),
        new("c-head", "(c) + text: only in the class head", Texts.Descriptions,
            full => full with { TextInsertion = TextInsertion.None, AlignmentWeight = 0 }),
        new("c-names", "(c) + text: names only", Texts.Names, full => full with { AlignmentWeight = 0 }),
        new("c-shuffled", "(c) + text: shuffled descriptions", Texts.Shuffled, full => full with { AlignmentWeight = 0 }),
        new("c", "(c) + text: descriptions", Texts.Descriptions, full => full with { AlignmentWeight = 0 }),
        new("d", "(d) + alignment: the full method", Texts.Descriptions, full => full),
    ];

    // Without texts, a perceptron outputs the categories; it trains best with four times the class weights.
    private static SegSamOptions WithoutText(SegSamOptions full) => full with
    {
        TextInsertion = TextInsertion.None,
        ClassHead = ClassHead.Mlp,
        ClassWeight = 4 * full.ClassWeight,
        PresenceWeight = 4 * full.PresenceWeight,
    };
}
