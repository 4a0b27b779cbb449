using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Pipeline;

/// <summary>How the steps beside an exported network lie in a saved pipeline.</summary>
internal static class StepModel
{
    private const uint Written = 0x00010001;

    public static VersionInfo VersionOf(string signature, string loader) => new(
        modelSignature: signature,
        verWrittenCur: Written,
        verReadableCur: Written,
        verWeCanReadBack: Written,
        loaderSignature: loader,
        loaderAssemblyName: typeof(StepModel).Assembly.FullName);

    /// <param name="columns">Names of the columns that the step reads.</param>
    public static void Save(ModelSaveContext context, VersionInfo version, ModelDescription model, params string[] columns)
    {
        context.CheckAtModel();
        context.SetVersionInfo(version);
        context.SaveNonEmptyString(model.ToJson());
        foreach (var column in columns)
            context.SaveNonEmptyString(column);
    }

    /// <exception cref="InvalidDataException">The description is damaged.</exception>
    public static (ModelDescription Model, string[] Columns) Load(ModelLoadContext context, VersionInfo version, int columns)
    {
        context.CheckAtModel(version);
        var model = ModelDescription.FromJson(context.LoadNonEmptyString());
        return (model, [.. Enumerable.Range(0, columns).Select(_ => context.LoadNonEmptyString())]);
    }
}
