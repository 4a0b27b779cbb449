using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>The request to a language model about a category (our wording; it asks for the method's list of key characteristics).</summary>
internal static class CategoryRequest
{
    /// <summary>Increases with every change of the wording: responses to another wording are requested again.</summary>
    public const int Version = 1;

    /// <summary>The modalities that a response may mention.</summary>
    public static IReadOnlyList<string> Modalities { get; } =
        ["CT", "MR", "PET", "X-ray", "ultrasound", "fundus", "dermoscopy", "endoscopy", "histology"];

    private const string Role = """
        You describe what anatomical structures, lesions and cells look like in medical images. Your text is read by a segmentation model
        that has to tell categories apart, so state what can be seen, as it is generally accepted in radiology, ophthalmology, dermatology,
        endoscopy and pathology, and nothing else. You answer with one JSON object, without any text around it.
        """;

    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first messages about a category.</summary>
    public static List<ChatMessage> For(string category)
    {
        var name = JsonSerializer.Serialize(category, Quoting);
        var request = $$"""
            State the key characteristics of the category {{name}} in medical images, as a JSON object with exactly these properties:

            {
              "name": {{name}},
              "synonyms": [ other names in use for the same, at most 6; empty where there are none ],
              "hasSides": true where there is one on the left and one on the right of the body, or it can lie on either side, else false,
              "location": "where it lies, and its neighbors",
              "shape": "its shape and usual size",
              "intensity": { "modality": "its brightness or color there", for each modality it is commonly seen in, at least one },
              "texture": "its texture within",
              "border": "how sharp and how smooth its border is",
              "differs": "what separates it from what looks alike"
            }

            The modalities are: {{string.Join(", ", Modalities)}}. Use these names and no others.
            Each text is one phrase of 2 to 20 words in American English, without a full stop.
            """;
        return [new(ChatRole.System, Role), new(ChatRole.User, request)];
    }

    /// <summary>The message that follows an unusable response.</summary>
    public static ChatMessage Correction(IReadOnlyList<string> faults) => new(ChatRole.User, $"""
        This answer cannot be used: {string.Join("; ", faults)}.
        Answer again with the whole JSON object, corrected, and nothing else.
        """);
}
