using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Reads the current row's image and prompt.</summary>
internal sealed class PromptedImageReader
{
    private readonly ImageReader _image;
    private readonly PromptReader _prompt;
    private readonly Preprocessing _preprocessing;
    private readonly int _inputSize;

    public PromptedImageReader(DataViewRow row, SegSamModel model)
    {
        _image = new(row, row.Schema[model.Options.ImageColumnName], model.Description.Slices);
        _prompt = new(row, model.Options.PromptColumns(), model.Config.MaskSide);
        _preprocessing = model.Preprocessing;
        _inputSize = model.Config.InputSize;
    }

    /// <summary>The prompted image; null for a row without image or prompt, which gets no prediction.</summary>
    public PromptedImage? Read()
    {
        if (_image.Read() is not { } image)
            return null;
        var prompt = _prompt.Read(image.Height, image.Width, isAnswered: true);
        if (prompt.IsEmpty)
            return null;
        var scaled = NetworkImage.From(image, _inputSize, _preprocessing);
        return new(image, scaled, prompt);
    }
}
