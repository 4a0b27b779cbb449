using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>A dermoscope-like close-up of skin with one lesion or two.</summary>
internal static class Dermoscopy
{
    private static readonly Tint Skin = Tint.Of(225, 172, 150), Brown = Tint.Of(122, 74, 48), Dark = Tint.Of(70, 46, 40);
    private static readonly Tint Tan = Tint.Of(186, 122, 88), Blue = Tint.Of(92, 100, 124), Red = Tint.Of(190, 110, 104);

    public static Modality Modality { get; } = new("dermoscopy", Paint, ["melanoma", "nevus", "seborrheic keratosis"],
        Dark: 42, Bright: 158, (Dark, Tan));

    private static void Paint(Scene scene, Draw draw)
    {
        var skin = new Contour(0, 0, 1.6f, 1.6f, Turn.Degrees(0));
        scene.Paint(skin, new(draw.Range(170, 196), 5, draw.Noise(8, 8)) { Tint = Skin });
        scene.Paint(skin, new(0, 5, draw.Noise(50, 50)) { IsSheer = true });
        Freckles(scene, draw);
        Lesions(scene, draw);
        Hairs(scene, draw);
        Ruler(scene, draw);
        Acquire(scene, draw);
    }

    private static void Freckles(Scene scene, Draw draw)
    {
        for (var freckle = draw.Range(0, 6); freckle > 0; freckle--)
        {
            scene.Paint(draw.Shape(draw.Range(-0.8f, 0.8f), draw.Range(-0.8f, 0.8f), draw.Range(0.03f, 0.06f), 0.035f,
                draw.Range(-60, 60), 0.08f),
                new(draw.Range(110, 150), Edge: 3) { Tint = Tan, IsAlike = true });
        }
    }

    private static void Lesions(Scene scene, Draw draw)
    {
        Action<Scene, Draw, float, float, float>[] kinds = [Nevus, Melanoma, Keratosis];
        var first = Math.Min((int)draw.Range(0, 3), 2);
        var second = (first + (draw.Chance(0.5f) ? 1 : 2)) % 3;
        if (draw.Chance(0.5f))
        {
            var (x, y) = draw.InDisc();
            kinds[first](scene, draw, x * 0.15f, y * 0.15f, draw.Range(0.38f, 0.52f));
            return;
        }

        var (left, tilt) = (draw.Chance(0.5f) ? -1 : 1, draw.Range(-0.25f, 0.25f));
        kinds[first](scene, draw, left * 0.34f, tilt, draw.Range(0.3f, 0.36f));
        kinds[second](scene, draw, left * -0.45f, -tilt, draw.Range(0.2f, 0.26f));
    }

    // Even, round, with the fine regular net of pigment.
    private static void Nevus(Scene scene, Draw draw, float x, float y, float radius)
    {
        var net = draw.Noise(38, 38);
        var nevus = draw.Shape(x, y, radius, radius * draw.Range(0.78f, 0.95f), draw.Range(-80, 80), 0.014f);
        scene.Paint(nevus, new(draw.Range(82, 122), 9, net, Edge: 2.5f) { Tint = Brown }, "nevus");
        scene.Paint(nevus.Scaled(0.5f), new(-10, 4, net, Edge: 8) { IsSheer = true }, of: "nevus");
    }

    // Lopsided, notched, blotches of several colors.
    private static void Melanoma(Scene scene, Draw draw, float x, float y, float radius)
    {
        var blotch = draw.Noise(16, 16);
        var melanoma = draw.Shape(x, y, radius * 1.05f, radius * draw.Range(0.7f, 0.9f), draw.Range(-80, 80), 0.038f, 7) with
        {
            Bulge = (draw.Chance(0.5f) ? 0.8f : -0.8f, 0.6f, draw.Range(-0.4f, -0.2f)),
        };
        var level = draw.Range(62, 96);
        scene.Paint(melanoma, new(level, 14, blotch, Edge: 1.2f) { Tint = Brown }, "melanoma");
        foreach (var (tint, step) in ((Tint, float)[])[(Dark, -34), (Blue, 16), (Red, 44), (Dark, -26)])
        {
            var (atX, atY) = draw.InDisc();
            (atX, atY) = melanoma.Point(atX * 0.6f, atY * 0.6f);
            scene.Paint(draw.Shape(atX, atY, radius * draw.Range(0.2f, 0.36f), radius * draw.Range(0.16f, 0.28f),
                draw.Range(-80, 80), 0.12f, 6),
                new(level + step, 8, blotch, Edge: 3) { Tint = tint }, inside: "melanoma");
        }
    }

    // Stuck on the skin: sharp all around, with pale grains and dark plugs.
    private static void Keratosis(Scene scene, Draw draw, float x, float y, float radius)
    {
        var wart = draw.Noise(26, 26);
        var keratosis = draw.Shape(x, y, radius, radius * draw.Range(0.7f, 0.9f), draw.Range(-80, 80), 0.02f, 8);
        var level = draw.Range(84, 125);
        scene.Paint(keratosis, new(level, 12, wart, Edge: 0.7f) { Tint = Tan }, "seborrheic keratosis");
        for (var grain = 0; grain < 16; grain++)
        {
            var (atX, atY) = draw.InDisc();
            (atX, atY) = keratosis.Point(atX * 0.85f, atY * 0.85f);
            var dot = draw.Range(0.02f, 0.034f);
            scene.Paint(new Contour(atX, atY, dot, dot, Turn.Degrees(0)), new(level + (grain % 2 == 0 ? 62 : -44), Edge: 0.8f),
                inside: "seborrheic keratosis");
        }
    }

    private static void Hairs(Scene scene, Draw draw)
    {
        for (var hair = draw.Range(0, 9); hair > 0; hair--)
        {
            scene.Paint(new Band(draw.Range(-0.8f, 0.8f), draw.Range(-0.8f, 0.8f), draw.Range(0.3f, 0.7f), 0.011f,
                Turn.Degrees(draw.Range(-90, 90)), draw.Range(-0.2f, 0.2f)), new(draw.Range(-80, -45), Edge: 0.6f) { Tint = Dark, IsSheer = true });
        }
    }

    private static void Ruler(Scene scene, Draw draw)
    {
        if (!draw.Chance(0.45f))
            return;
        for (var tick = 0; tick < 15; tick++)
        {
            var length = tick % 5 == 0 ? 0.06f : 0.035f;
            scene.Paint(new Band(-0.84f + tick * 0.12f, 0.9f - length, length, 0.009f, Turn.Degrees(90)),
                new(-110, Edge: 0.5f) { Tint = Tint.None, IsSheer = true });
        }
    }

    // The lens leaves the corners dark.
    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        var reach = draw.Range(0.95f, 1.25f);
        scene.Change((_, x, y, gray) =>
        {
            var outside = Math.Clamp((MathF.Sqrt(x * x + y * y) - reach) / 0.12f, 0, 1);
            return gray * (1 - 0.9f * outside) + 3 * draw.Gauss();
        });
        scene.Keep((x, y) => x * x + y * y < reach * reach);
    }
}
