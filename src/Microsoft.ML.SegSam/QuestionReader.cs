using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Turns the current row's image and prompt into a question.</summary>
internal sealed class QuestionReader
{
    private readonly ImageReader _image;
    private readonly PromptReader _prompt;
    private readonly Preprocessing _preprocessing;
    private readonly int _inputSize;

    public QuestionReader(DataViewRow row, SegSamTransformer transformer)
    {
        var (options, config) = (transformer.Options, transformer.Model.Network.Config);
        (_preprocessing, _inputSize) = (transformer.Model.Preprocessing, config.InputSize);
        _image = new(row, row.Schema[options.ImageColumnName]);
        _prompt = new(row, options.PromptColumns(), config.MaskSide);
    }

    /// <summary>The question, or null where the row has no image or no prompt: such a row has no answer.</summary>
    public SegSamQuestion? Read()
    {
        if (_image.Read() is not { } image)
            return null;
        var prompt = _prompt.Read(image.Height, image.Width, isAnswered: true);
        if (prompt.IsEmpty)
            return null;
        var scaled = NetworkImage.From(image, _inputSize, _preprocessing);
        return new(scaled, prompt.ToNetwork(scaled.Geometry));
    }
}
