using LoadProbe;
using Microsoft.ML;

// args: the saved model, the rows to score (.idv). Prints the answers as the test does in its own process.
try
{
    var ml = new MLContext(seed: 1);
    using var model = (IDisposable)ml.Model.Load(args[0], out _);
    Console.WriteLine(Digest.Of(((ITransformer)model).Transform(ml.Data.LoadFromBinary(args[1]))));
    return 0;
}
catch (Exception failure)
{
    Console.Error.WriteLine(failure);
    return 1;
}
