using System.Globalization;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

/// <summary>The language that a machine is set to, until it is disposed of.</summary>
internal sealed class Language : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public Language(string name) => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
