using CsCheck;
using Microsoft.ML.SegSam.Losses;

namespace Microsoft.ML.SegSam.Tests.Losses;

[TestClass]
public sealed class AssignmentTests
{
    private static readonly Gen<float[,]> Costs =
        from columns in Gen.Int[0, 6]
        from rows in Gen.Int[Math.Max(1, columns), 6]
        from cost in Gen.Float[-1, 1].Array2D[rows, columns]
        select cost;

    [TestMethod]
    public void No_other_assignment_is_cheaper() => Costs.Sample(cost =>
    {
        var rowOf = Assignment.Solve(cost);
        Assert.HasCount(cost.GetLength(1), rowOf);
        Assert.HasCount(rowOf.Length, rowOf.Distinct(), "A row has two columns.");
        var total = rowOf.Select((row, column) => (double)cost[row, column]).Sum();
        Assert.AreEqual(Cheapest(cost, 0, new bool[cost.GetLength(0)]), total, 1e-5);
    }, iter: 400, threads: 1);

    [TestMethod]
    public void Equal_costs_are_assigned_too() =>
        CollectionAssert.AreEquivalent(new[] { 0, 1, 2 }, Assignment.Solve(new float[3, 3]));

    [TestMethod]
    public void No_column_needs_no_row() => Assert.IsEmpty(Assignment.Solve(new float[4, 0]));

    [TestMethod]
    public void More_columns_than_rows_are_refused_in_numbers()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Assignment.Solve(new float[2, 3]));
        StringAssert.Contains(failure.Message, "3 columns");
        StringAssert.Contains(failure.Message, "2");
    }

    private static double Cheapest(float[,] cost, int column, bool[] taken)
    {
        if (column == cost.GetLength(1))
            return 0;
        var best = double.PositiveInfinity;
        for (var row = 0; row < taken.Length; row++)
        {
            if (taken[row])
                continue;
            taken[row] = true;
            best = Math.Min(best, cost[row, column] + Cheapest(cost, column + 1, taken));
            taken[row] = false;
        }

        return best;
    }
}
