namespace Microsoft.ML.SegSam.Training;

/// <summary>How far a run has come, at the end of a step.</summary>
/// <param name="Epochs">Epochs finished.</param>
/// <param name="Steps">Steps finished in the epoch that runs.</param>
/// <param name="Updates">Updates of the weights since the beginning, correction rounds included.</param>
/// <param name="DroppedOthers">See <see cref="Trainer.DroppedOthers"/>.</param>
/// <param name="Losses">Of the epoch that runs.</param>
/// <param name="BestEpoch">That of the weights kept; 0 before the first.</param>
/// <param name="Best">Highest validation metric so far; null where there was none.</param>
internal sealed record TrainingPosition(int Epochs, int Steps, long Updates, long DroppedOthers, EpochLosses Losses, int BestEpoch, double? Best = null)
{
    public static TrainingPosition Start { get; } = new(0, 0, 0, 0, EpochLosses.None, 0);

    /// <summary>Whether an epoch's metric (never NaN) makes its weights the best: a higher one does, an equal one does not, and none always does.</summary>
    public bool IsBetter(double? metric) => metric is null || Best is null || metric > Best;

    /// <summary>Whether a step (from 0) of an epoch (from 1) lies before this.</summary>
    public bool IsPast(int epoch, int step) => epoch <= Epochs || epoch == Epochs + 1 && step < Steps;
}

/// <summary>Sums over the steps of an epoch, and how many they are.</summary>
internal sealed record EpochLosses(double Total, double[] Parts, long Updates, long Prompts)
{
    public static EpochLosses None { get; } = new(0, new double[Losses.SegSamLoss.PartNames.Count], 0, 0);
}
