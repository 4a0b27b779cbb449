using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;


namespace Ablation;

/// <summary>One way to build and train the method.</summary>
/// <param name="Key">Short name, for the command line and for files.</param>
/// <param name="Title">As the table says it.</param>
/// <param name="Texts">What the network is told about the categories.</param>
/// <param name="Change">Turns the full method's options into this variant's.</param>
internal sealed record Variant(string Key, string Title, Texts Texts, Func<SegSamOptions, SegSamOptions> Change)
{
    /// <summary>The contributions, one added to the other; then the texts taken apart.</summary>
    public static IReadOnlyList<Variant> All { get; } =
    [
        new("a", "(a) semantic tokens inside SAM's decoder", Texts.None, full => WithoutText(full) with { SemanticDecoding = SemanticDecoding.Shared, AlignmentWeight = 0 }),
        new("b", "(b) + semantic-aware decoder", Texts.None, full => WithoutText(full) with { AlignmentWeight = 0 }),
        new("c-head", "(c) + text: in the class head alone", Texts.Descriptions, full => full with { TextInsertion = TextInsertion.None, AlignmentWeight = 0 }),
        new("c-names", "(c) + text: names only", Texts.Names, full => full with { AlignmentWeight = 0 }),
        new("c-shuffled", "(c) + text: shuffled descriptions", Texts.Shuffled, full => full with { AlignmentWeight = 0 }),
        new("c", "(c) + text: descriptions", Texts.Descriptions, full => full with { AlignmentWeight = 0 }),
        new("d", "(d) + alignment: the full method", Texts.Descriptions, full => full),
    ];

    // Without texts categories are the outputs of a perceptron, which learns best by four times the class weights.
    private static SegSamOptions WithoutText(SegSamOptions full) =>
        full with { TextInsertion = TextInsertion.None, ClassHead = ClassHead.Mlp, ClassWeight = 4 * full.ClassWeight, PresenceWeight = 4 * full.PresenceWeight };
}
