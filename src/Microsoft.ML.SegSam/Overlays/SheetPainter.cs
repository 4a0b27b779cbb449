using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Lays out cells on one page.</summary>
internal static class SheetPainter
{
    private const int Columns = 3, Unit = 2, Margin = 12; // a font pixel is 2 x 2 pixels
    private const int Line = (BitmapFont.LineHeight + 3) * Unit;

    private static readonly Rgb Background = new(22, 24, 29), Ink = new(240, 242, 245), Faint = new(150, 155, 165);

    /// <param name="cells">At least one.</param>
    /// <returns>The bytes of a PNG file, and <see cref="PictureTexts.Key"/>.</returns>
    public static (byte[] Png, string Key) Paint(string title, IReadOnlyList<SheetCell> cells)
    {
        var (columns, lines) = (Math.Min(Columns, cells.Count), cells.Max(cell => cell.Lines.Count));
        var (cellWidth, cellHeight) = (SheetCell.Width + 2 * Margin, (2 + lines) * Line + SheetCell.Side + 2 * Margin);
        var (width, texts) = (columns * cellWidth + Margin, new PictureTexts(Unit));
        var canvas = new PixelCanvas(Line + 2 * Margin + (cells.Count + columns - 1) / columns * cellHeight, width, Background);
        Write(title, Margin, Margin, width - 2 * Margin, Ink);
        foreach (var (i, cell) in cells.Index())
        {
            var (x, y) = (Margin + i % columns * cellWidth, Line + 2 * Margin + i / columns * cellHeight);
            Write(cell.Heading, x, y, SheetCell.Width, Faint);
            for (var view = 0; view < cell.Captions.Count; view++)
                Write(cell.Captions[view], x + view * (SheetCell.Side + SheetCell.Gap), y + Line, SheetCell.Side, Ink);
            canvas.Draw(cell.Views, x, y + 2 * Line);
            for (var line = 0; line < cell.Lines.Count; line++)
                Write(cell.Lines[line].Text, x, y + (2 + line) * Line + SheetCell.Side + 4, SheetCell.Width, cell.Lines[line].Color);
        }

        return (canvas.ToImage().EncodePng(), texts.Key);

        void Write(string text, int x, int y, int room, Rgb color) => canvas.Write(texts.Fit(text, room / Unit), x, y, Unit, color);
    }
}
