using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>A photograph-like view of the back of the left or right eye.</summary>
internal static class Fundus
{
    private const float Field = 0.93f; // radius that the camera sees, in picture units

    private static readonly Tint Retina = Tint.Of(205, 92, 34), Blood = Tint.Of(140, 34, 20), Disc = Tint.Of(250, 196, 110);
    private static readonly Tint Fat = Tint.Of(255, 218, 118), Pale = Tint.Of(240, 205, 150), Fovea = Tint.Of(120, 44, 20);
    private static readonly Tint Vein = Tint.Of(168, 78, 48);

    public static Modality Modality { get; } = new("fundus", Paint, ["optic disc", "optic cup", "macula", "hard exudate"],
        Dark: 50, Bright: 225, (Fovea, Fat));

    private static void Paint(Scene scene, Draw draw)
    {
        var side = draw.Chance(0.5f) ? -1 : 1; // where the nose is
        var texture = draw.Noise(30, 30);
        scene.Paint(new Contour(0, 0, 1.5f, 1.5f, Turn.Degrees(0)), new(draw.Range(102, 122), 5, draw.Noise(9, 9)) { Tint = Retina });
        scene.Paint(new Contour(0, 0, 1.5f, 1.5f, Turn.Degrees(0)), new(0, 4, texture) { IsSheer = true });
        var disc = draw.Shape(side * 0.47f, 0, 0.145f, 0.165f, wobble: 0.015f);
        Macula(scene, draw, side, texture);
        Spots(scene, draw, side, texture);
        Exudate(scene, draw, side);
        DiscAndCup(scene, draw, disc, texture);
        Vessels(scene, draw, disc, side);
        Acquire(scene, draw);
    }

    private static void Macula(Scene scene, Draw draw, int side, SmoothNoise texture)
    {
        var macula = draw.Shape(side * -0.14f, 0.05f, 0.155f, 0.145f, wobble: 0.02f);
        scene.Paint(macula, new(draw.Range(62, 82), 4, texture, Edge: 4.5f) { Tint = Fovea }, "macula");
        scene.Paint(draw.Shape(macula.X, macula.Y, 0.02f, 0.02f), new(45, Edge: 1) { IsSheer = true }, inside: "macula"); // its reflex
    }

    // Bleedings are as dark as the macula, cotton-wool spots as bright as exudates.
    private static void Spots(Scene scene, Draw draw, int side, SmoothNoise texture)
    {
        for (var spot = draw.Range(1, 5); spot > 0; spot--)
        {
            var (x, y) = draw.InDisc();
            scene.Paint(draw.Shape(x * 0.75f, y * 0.75f, draw.Range(0.03f, 0.06f), draw.Range(0.03f, 0.05f), draw.Range(-80, 80), 0.1f),
                new(draw.Range(50, 72), 3, texture, Edge: 1) { Tint = Blood, IsAlike = true });
        }

        for (var spot = draw.Range(0, 3); spot > 0; spot--)
        {
            scene.Paint(draw.Shape(side * draw.Range(0, 0.3f), (draw.Chance(0.5f) ? -1 : 1) * draw.Range(0.35f, 0.6f),
                draw.Range(0.06f, 0.09f), draw.Range(0.05f, 0.07f), draw.Range(-60, 60), 0.08f),
                new(draw.Range(165, 195), 4, texture, Edge: 5) { Tint = Pale, IsAlike = true });
        }
    }

    private static void Exudate(Scene scene, Draw draw, int side)
    {
        var tissue = new Tissue(draw.Range(165, 215), Edge: 0.6f) { Tint = Fat };
        var (x, y) = (side * draw.Range(-0.5f, -0.42f), draw.Range(-0.25f, 0.35f));
        var spots = draw.Range(4, 7);
        var present = draw.Chance(0.65f);
        for (var spot = 0; spot < spots; spot++)
        {
            // The first one is the largest; the others lie around it.
            var (awayX, awayY) = spot == 0 ? (0, 0) : draw.InDisc();
            var radius = spot == 0 ? draw.Range(0.065f, 0.085f) : draw.Range(0.03f, 0.055f);
            var shape = draw.Shape(x + awayX * 0.15f, y + awayY * 0.15f, radius, radius * draw.Range(0.7f, 1.1f),
                draw.Range(-80, 80), 0.07f, 5);
            if (present)
                scene.Paint(shape, tissue, "hard exudate");
        }
    }

    private static void DiscAndCup(Scene scene, Draw draw, Contour disc, SmoothNoise texture)
    {
        scene.Paint(disc.Scaled(1.08f), new(88, Edge: 1.5f) { Tint = Retina }, of: "optic disc");
        scene.Paint(disc, new(draw.Range(160, 185), 4, texture, Edge: 1) { Tint = Disc }, "optic disc");
        var cup = disc.Scaled(draw.Range(0.46f, 0.66f)) with { X = disc.X + draw.Range(-0.015f, 0.015f), Waves = [] };
        scene.Paint(cup, new(draw.Range(205, 228), 3, texture, Edge: 1.2f) { Tint = Tint.Of(255, 236, 190) }, "optic cup",
            inside: "optic disc");
    }

    // Four arcades that leave the disc up and down, two of them around the macula, with branches.
    private static void Vessels(Scene scene, Draw draw, Contour disc, int side)
    {
        foreach (var down in (float[])[-1, 1])
        {
            Vessel(disc.X - side * 0.4f, disc.Y + down * 0.5f, 0.52f, 0.02f, side * down * -draw.Range(8, 18), down * -0.32f);
            Vessel(disc.X - side * 0.36f, disc.Y + down * 0.44f, 0.5f, 0.013f, side * down * -draw.Range(8, 16), down * -0.3f);
            Vessel(disc.X + side * 0.2f, disc.Y + down * 0.3f, 0.36f, 0.016f, side * down * draw.Range(52, 64),
                side * draw.Range(0.02f, 0.08f));
            Vessel(disc.X - side * 0.1f, disc.Y + down * 0.36f, 0.35f, 0.012f, down * side * -draw.Range(66, 82),
                side * draw.Range(-0.08f, 0.02f));
            for (var branch = 0; branch < 3; branch++)
            {
                Vessel(disc.X - side * draw.Range(0.2f, 0.9f), down * draw.Range(0.35f, 0.75f), draw.Range(0.12f, 0.22f), 0.009f,
                    draw.Range(-70, 70), draw.Range(-0.05f, 0.05f));
            }
        }

        void Vessel(float x, float y, float length, float width, float degrees, float bend) =>
            scene.Paint(new Band(x, y, length, width, Turn.Degrees(degrees), bend),
                new(draw.Range(-46, -30), Edge: 0.8f) { Tint = Vein, IsSheer = true });
    }

    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        var fall = draw.Range(0.15f, 0.3f); // the edge of the field is darker
        scene.Change((_, x, y, gray) => Seen(x, y) ? gray * (1 - fall * (x * x + y * y)) + 2.5f * draw.Gauss() : 2);
        scene.Keep(Seen);
    }

    private static bool Seen(float x, float y) => x * x + y * y < Field * Field;
}
