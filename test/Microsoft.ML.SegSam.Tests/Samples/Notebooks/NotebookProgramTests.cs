namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

[TestClass]
public sealed class NotebookProgramTests
{
    [TestMethod]
    [DynamicData(nameof(NotebookTests.Names), typeof(NotebookTests))]
    public void The_program_beside_a_notebook_has_its_code(string name)
    {
        var path = Path.Combine(Notebook.Folder, name + ".cs");
        var expected = NotebookProgram.Write(new(name + ".ipynb"), name);
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1")
            File.WriteAllText(path, expected);
        Assert.AreEqual(expected, File.ReadAllText(path),
            $"{name}.cs is not what {name}.ipynb says; run SEGSAM_APPROVE=1 dotnet test --filter \"ClassName~NotebookProgram\"");
    }

    [TestMethod]
    public void No_program_is_without_its_notebook() => CollectionAssert.AreEquivalent(NotebookTests.Names.Select(one => (string)one[0])
        .ToList(),
        Directory.EnumerateFiles(Notebook.Folder, "*.cs").Select(path => Path.GetFileNameWithoutExtension(path)).ToList());
}
