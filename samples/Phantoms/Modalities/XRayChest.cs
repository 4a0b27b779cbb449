using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>An X-ray-like frontal view of the chest.</summary>
internal static class XRayChest
{
    public static Modality Modality { get; } = new(
        "x-ray", Paint, ["left lung", "heart", "right lung", "lung nodule"], Dark: 40, Bright: 205);

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(34, 34);
        Body(scene, draw, texture);
        Lungs(scene, draw, texture);
        Middle(scene, draw, texture);
        Nodule(scene, draw, texture);
        Bones(scene, draw);
        Acquire(scene, draw);
    }

    private static void Body(Scene scene, Draw draw, SmoothNoise texture)
    {
        scene.Change((_, _, _, _) => 14);
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.72f, -0.48f, 0.34f, 0.3f), new(128, 5, texture, Edge: 2));       // shoulders
            scene.Paint(draw.Shape(side * 0.86f, 0.0f, 0.13f, 0.6f, side * -6), new(104, 5, texture, Edge: 2)); // arms
        }

        scene.Paint(draw.Shape(0, -0.85f, 0.2f, 0.4f), new(140, 5, texture, Edge: 2));                       // neck
        scene.Paint(draw.Shape(0, 0.2f, 0.77f, 0.95f, wobble: 0.01f), new(136, 6, texture, Edge: 3));
    }

    private static void Lungs(Scene scene, Draw draw, SmoothNoise texture)
    {
        var level = draw.Range(44, 70);
        foreach (var (side, name) in ((float, string)[])[(-1, "right lung"), (1, "left lung")])
        {
            var lung = draw.Shape(side * 0.35f, 0.02f, 0.245f, 0.53f, side * -5, 0.02f) with { Bulge = (side, 0.9f, 0.14f) };
            scene.Paint(lung, new(level + draw.Range(-4, 4), 8, texture, Edge: 1.5f), name);
        }
    }

    private static void Middle(Scene scene, Draw draw, SmoothNoise texture)
    {
        scene.Paint(draw.Shape(0, 1.02f, 0.78f, 0.42f), new(166, 5, texture, Edge: 3));                       // belly
        foreach (var side in (float[])[-1, 1]) // below the diaphragm
            scene.Paint(draw.Shape(side * 0.39f, 0.71f + 0.03f * side, 0.38f, 0.3f), new(170, 5, texture, Edge: 1.2f));
        if (draw.Chance(0.6f))
            scene.Paint(draw.Shape(0.35f, 0.56f, 0.1f, 0.045f), new(96, Edge: 1.5f));                        // the stomach's air
        foreach (var side in (float[])[-1, 1])
        {
            for (var vessel = 0; vessel < 5; vessel++)
            {
                // Vessels leave the hilum like the rays of a fan.
                var turn = Turn.Degrees(draw.Range(-75, 75));
                var length = draw.Range(0.08f, 0.15f);
                var (x, y) = (side * (0.13f + turn.Cos * length), 0.02f + turn.Sin * length);
                scene.Paint(new Band(x, y, length, 0.02f, turn with { Cos = side * turn.Cos },
                    draw.Range(-0.03f, 0.03f), 0.7f), new(22, Edge: 1.5f) { IsSheer = true });
            }

            var hilum = draw.Shape(side * 0.17f, 0.0f - 0.02f * side, 0.05f, 0.085f, side * -12, 0.08f);
            scene.Paint(hilum, new(draw.Range(96, 125), 8, texture, Edge: 3) { IsAlike = true },
                inside: side < 0 ? "right lung" : "left lung");
        }

        scene.Paint(draw.Shape(0, -0.25f, 0.11f, 0.6f, wobble: 0.03f), new(162, 5, texture, Edge: 2));        // what lies before the spine
        scene.Paint(draw.Shape(0.1f, -0.25f, 0.085f, 0.1f), new(166, Edge: 1.5f));                            // aortic knob
        var heart = draw.Shape(0.11f, 0.26f, 0.27f, 0.2f, 28, 0.02f);
        scene.Paint(heart, new(draw.Range(164, 188), 5, texture, Edge: 1.4f), "heart");
        scene.Paint(draw.Shape(0, -0.62f, 0.035f, 0.27f, wobble: 0), new(-22, Edge: 2) { IsSheer = true });   // windpipe
    }

    private static void Nodule(Scene scene, Draw draw, SmoothNoise texture)
    {
        var side = draw.Chance(0.5f) ? -1 : 1;
        var radius = draw.Range(0.075f, 0.105f);
        var (x, y) = draw.InDisc();
        var nodule = draw.Shape(side * (0.4f + x * 0.07f), -0.08f + y * 0.3f, radius, radius * draw.Range(0.85f, 1.1f), 0, 0.025f, 6);
        var tissue = new Tissue(draw.Range(110, 160), 7, texture, Edge: 1.3f);
        if (draw.Chance(0.65f))
            scene.Paint(nodule, tissue, "lung nodule", inside: side < 0 ? "right lung" : "left lung");
    }

    // Bones lie in front of and behind all else: they add to it.
    private static void Bones(Scene scene, Draw draw)
    {
        scene.Paint(draw.Shape(0, 0, 0.075f, 1.3f, wobble: 0), new(16, Edge: 1.5f) { IsSheer = true });
        foreach (var side in (float[])[-1, 1])
        {
            for (var rib = 0; rib < 8; rib++)
            {
                var y = -0.5f + rib * 0.15f;
                var wide = 0.24f + 0.05f * Math.Min(rib, 3);
                scene.Paint(new Band(side * (0.06f + wide), y, wide, 0.022f, Turn.Degrees(side * draw.Range(12, 18)), 0.09f),
                    new(draw.Range(12, 20), Edge: 1) { IsSheer = true });
            }

            scene.Paint(new Band(side * 0.33f, -0.6f, 0.29f, 0.03f, Turn.Degrees(side * draw.Range(-14, -6)),
                side * draw.Range(0.02f, 0.05f)), new(30, Edge: 1) { IsSheer = true });                      // collarbone
        }
    }

    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        var noise = draw.Range(3, 6);
        scene.Change((_, _, _, gray) => gray + noise * draw.Gauss());
    }
}
