namespace Microsoft.ML.SegSam.Losses;

/// <summary>The cheapest one-to-one assignment (Hungarian method by shortest augmenting paths).</summary>
internal static class Assignment
{
    /// <summary>Assigns a different row to each column so that the sum of the costs is smallest.</summary>
    /// <param name="cost">[rows, columns], finite, with at least as many rows as columns.</param>
    /// <returns>The row of each column.</returns>
    public static int[] Solve(float[,] cost)
    {
        int rows = cost.GetLength(0), columns = cost.GetLength(1);
        if (columns > rows)
        {
            throw new ArgumentException(
                $"{columns} columns cannot each get a different one of {rows} rows; expected at least as many rows as columns.",
                nameof(cost));
        }

        // Index 0 is a virtual row that holds the column being placed.
        var columnOf = Enumerable.Repeat(-1, rows + 1).ToArray();
        var rowPotential = new double[rows + 1];
        var columnPotential = new double[columns];
        for (var column = 0; column < columns; column++)
        {
            columnOf[0] = column;
            var distance = Enumerable.Repeat(double.PositiveInfinity, rows + 1).ToArray();
            var previous = new int[rows + 1];
            var visited = new bool[rows + 1];
            var row = 0;
            while (columnOf[row] >= 0)
            {
                visited[row] = true;
                var next = -1;
                var step = double.PositiveInfinity;
                for (var candidate = 1; candidate <= rows; candidate++)
                {
                    if (visited[candidate])
                        continue;
                    var reduced = cost[candidate - 1, columnOf[row]] - columnPotential[columnOf[row]] - rowPotential[candidate];
                    if (reduced < distance[candidate])
                        (distance[candidate], previous[candidate]) = (reduced, row);
                    if (distance[candidate] < step)
                        (step, next) = (distance[candidate], candidate);
                }

                for (var other = 0; other <= rows; other++)
                {
                    if (visited[other])
                    {
                        columnPotential[columnOf[other]] += step;
                        rowPotential[other] -= step;
                    }
                    else
                    {
                        distance[other] -= step;
                    }
                }

                row = next;
            }

            while (row != 0)
            {
                columnOf[row] = columnOf[previous[row]];
                row = previous[row];
            }
        }

        var rowOf = new int[columns];
        for (var row = 1; row <= rows; row++)
        {
            if (columnOf[row] >= 0)
                rowOf[columnOf[row]] = row - 1;
        }

        return rowOf;
    }
}
