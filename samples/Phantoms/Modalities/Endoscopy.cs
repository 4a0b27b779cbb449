using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>An endoscope-like view along the large bowel.</summary>
internal static class Endoscopy
{
    private static readonly Tint Mucosa = Tint.Of(214, 118, 96), Deep = Tint.Of(150, 62, 46), Polypous = Tint.Of(206, 96, 82);
    private static readonly Tint Fibrin = Tint.Of(236, 216, 166), Stool = Tint.Of(214, 160, 84);

    public static Modality Modality { get; } = new(
        "endoscopy", Paint, ["polyp", "instrument", "ulcer"], Dark: 75, Bright: 215, (Deep, Fibrin));

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(34, 34);
        var side = draw.Chance(0.5f) ? -1 : 1; // where the bowel goes on; findings lie on the other side
        scene.Paint(new Contour(0, 0, 1.6f, 1.6f, Turn.Degrees(0)), new(draw.Range(146, 170), 7, draw.Noise(7, 7)) { Tint = Mucosa });
        Folds(scene, draw, side);
        Residue(scene, draw, texture);
        var hasUlcer = Ulcer(scene, draw, side, texture);
        Polyp(scene, draw, side, texture, always: !hasUlcer);
        Instrument(scene, draw, side);
        Glints(scene, draw);
        Acquire(scene, draw);
    }

    // Rings of mucosa, each farther away and darker, down to the dark of the bowel.
    private static void Folds(Scene scene, Draw draw, int side)
    {
        var lumen = draw.Shape(side * 0.3f, -0.2f, 0.2f, 0.18f, draw.Range(-40, 40), 0.05f);
        foreach (var factor in (float[])[4.4f, 3.2f, 2.3f, 1.6f])
        {
            var ring = draw.Shape(lumen.X, lumen.Y, lumen.A * factor, lumen.B * factor, draw.Range(-40, 40), 0.045f, 5);
            scene.Paint(ring, new(20, Edge: 1.5f) { IsSheer = true });
            scene.Paint(ring.Scaled(0.93f), new(-42, Edge: 5) { IsSheer = true });
        }

        scene.Paint(lumen, new(26, Edge: 8) { Tint = Deep });
    }

    private static void Residue(Scene scene, Draw draw, SmoothNoise texture)
    {
        for (var drop = draw.Range(0, 4); drop > 0; drop--)
        {
            scene.Paint(draw.Shape(draw.Range(-0.7f, 0.7f), draw.Range(0.3f, 0.75f), draw.Range(0.04f, 0.08f), draw.Range(0.03f, 0.05f),
                draw.Range(-40, 40), 0.12f),
                new(draw.Range(130, 170), 6, texture, Edge: 0.8f) { Tint = Stool, IsAlike = true });
        }
    }

    private static bool Ulcer(Scene scene, Draw draw, int side, SmoothNoise texture)
    {
        var radius = draw.Range(0.17f, 0.23f);
        var ulcer = draw.Shape(side * draw.Range(-0.1f, 0.4f), draw.Range(0.4f, 0.52f), radius * 1.2f, radius * 0.8f,
            draw.Range(-25, 25), 0.045f, 7);
        var tissue = new Tissue(draw.Range(165, 205), 11, texture, Edge: 0.9f) { Tint = Fibrin };
        if (!draw.Chance(0.6f))
            return false;
        scene.Paint(ulcer.Scaled(1.3f), new(118, 8, texture, Edge: 3) { Tint = Deep }, of: "ulcer");          // inflamed around it
        scene.Paint(ulcer, tissue, "ulcer");
        return true;
    }

    private static void Polyp(Scene scene, Draw draw, int side, SmoothNoise texture, bool always)
    {
        var radius = draw.Range(0.2f, 0.29f);
        var polyp = draw.Shape(side * -draw.Range(0.32f, 0.42f), draw.Range(-0.2f, 0.12f), radius, radius * draw.Range(0.82f, 1),
            0, 0.025f);
        var tissue = new Tissue(draw.Range(120, 165), 8, texture, Edge: 0.9f) { Tint = Polypous };
        if (!draw.Chance(0.65f) && !always)
            return;
        var shade = polyp.Scaled(1.12f);
        scene.Paint(shade with { Y = shade.Y + 0.04f }, new(-36, Edge: 4) { IsSheer = true }, of: "polyp");
        scene.Paint(polyp, tissue, "polyp");
        var (x, y) = polyp.Point(-0.15f, -0.2f);
        foreach (var factor in (float[])[0.8f, 0.5f]) // it bulges into the light
            scene.Paint((polyp with { X = x, Y = y }).Scaled(factor), new(15, Edge: 7) { IsSheer = true }, of: "polyp");
    }

    private static void Instrument(Scene scene, Draw draw, int side)
    {
        var degrees = draw.Range(32, 50);
        var (tipX, tipY) = (draw.Range(-0.06f, 0.12f), draw.Range(0.05f, 0.2f));
        var (width, level) = (draw.Range(0.055f, 0.075f), draw.Range(120, 170));
        if (!draw.Chance(0.55f))
            return;
        // From beyond the corner to the tip, where two jaws open.
        var (turn, (x, y)) = Along(degrees, 0.7f);
        var steel = new Tissue(level, Edge: 0.7f) { Tint = Tint.None };
        scene.Paint(new Band(x, y, 0.7f, width, turn), steel, "instrument");
        foreach (var jaw in (float[])[-1, 1])
        {
            var (open, (jawX, jawY)) = Along(degrees + jaw * 26, -0.1f);
            scene.Paint(new Band(jawX, jawY, 0.13f, width * 0.42f, open), steel, "instrument");
        }

        scene.Paint(new Band(x, y, 0.68f, width * 0.3f, turn), new(58, Edge: 1.5f) { IsSheer = true }, of: "instrument"); // the light on it

        (Turn Turn, (float X, float Y) At) Along(float slant, float distance)
        {
            var down = Turn.Degrees(slant);
            var mirrored = down with { Cos = side * down.Cos };
            return (mirrored, (tipX * side + mirrored.Cos * distance, tipY + mirrored.Sin * distance));
        }
    }

    private static void Glints(Scene scene, Draw draw)
    {
        for (var glint = draw.Range(5, 12); glint > 0; glint--)
        {
            var (x, y) = draw.InDisc();
            scene.Paint(draw.Shape(x * 0.75f, y * 0.75f, draw.Range(0.015f, 0.05f), draw.Range(0.012f, 0.024f), draw.Range(-80, 80), 0.1f),
                new(draw.Range(70, 120), Edge: 1) { Tint = Tint.None, IsSheer = true });
        }
    }

    // The scope's own light fades toward the sides; its picture has cut corners.
    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        scene.Change((_, x, y, gray) => Seen(x, y) ? gray * (1.04f - 0.3f * (x * x + y * y)) + 3 * draw.Gauss() : 6);
        scene.Keep(Seen);
    }

    private static bool Seen(float x, float y) =>
        MathF.Abs(x) < 0.94f && MathF.Abs(y) < 0.94f && MathF.Abs(x) + MathF.Abs(y) < 1.55f;
}
