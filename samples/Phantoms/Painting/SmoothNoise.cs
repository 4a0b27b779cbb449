namespace Phantoms.Painting;

/// <summary>Smoothly interpolated random values on a lattice over the square [-1, 1] x [-1, 1]: texture, bias fields, speckle.</summary>
internal sealed class SmoothNoise
{
    private readonly float[,] _values;

    public SmoothNoise(Draw draw, int cellsAcross, int cellsDown)
    {
        _values = new float[cellsDown + 1, cellsAcross + 1];
        for (var row = 0; row <= cellsDown; row++)
        {
            for (var column = 0; column <= cellsAcross; column++)
                _values[row, column] = draw.Gauss();
        }
    }

    /// <summary>Approximately standard normal; outside the square, the value at the border.</summary>
    public float At(float x, float y)
    {
        var (row, down) = Cell(y, _values.GetLength(0) - 1);
        var (column, across) = Cell(x, _values.GetLength(1) - 1);
        var upper = _values[row, column] + across * (_values[row, column + 1] - _values[row, column]);
        var lower = _values[row + 1, column] + across * (_values[row + 1, column + 1] - _values[row + 1, column]);
        return upper + down * (lower - upper);
    }

    private static (int Index, float Fraction) Cell(float at, int cells)
    {
        var position = Math.Clamp((at + 1) / 2, 0, 1) * cells;
        var index = Math.Min((int)position, cells - 1);
        var fraction = position - index;
        return (index, fraction * fraction * (3 - 2 * fraction));
    }
}
