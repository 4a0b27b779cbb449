using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>A CT-like axial slice of the upper abdomen, soft-tissue window.</summary>
internal static class CtAbdomen
{
    // Directions of the ribs seen in the body wall, on the unit circle, for one side.
    private static readonly (float X, float Y)[] Ribs =
        [(0.42f, -0.907f), (0.78f, -0.626f), (0.97f, -0.243f), (0.95f, 0.312f), (0.72f, 0.694f)];

    public static Modality Modality { get; } = new("ct", Paint,
        ["liver", "kidney cyst", "liver lesion", "left kidney", "spleen", "right kidney", "aorta"], Dark: 68, Bright: 200);

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(40, 40);
        Body(scene, draw, texture);
        Bowel(scene, draw, texture);
        Organs(scene, draw, texture);
        Spine(scene, draw, texture);
        Vessels(scene, draw, texture);
        Lesions(scene, draw, texture);
        Acquire(scene, draw);
    }

    private static void Body(Scene scene, Draw draw, SmoothNoise texture)
    {
        var couch = new Contour(0, -0.25f, 1.25f, 1.12f, Turn.Degrees(0));
        scene.Paint(couch, new(70));
        scene.Paint(couch.Scaled(0.975f), new(4));
        var body = draw.Shape(0, 0, 0.86f, 0.67f, wobble: 0.012f);
        scene.Paint(body, new(105));                                        // skin
        scene.Paint(body.Scaled(0.975f), new(46, 4, texture));              // fat under the skin
        scene.Paint(body.Scaled(0.89f), new(112, 7, texture));              // muscle wall
        foreach (var (x, y) in Ribs)
        {
            foreach (var side in (float[])[-1, 1])
            {
                var (ribX, ribY) = body.Point(side * x * 0.845f, y * 0.845f);
                var slant = side * x * y * -60 + (MathF.Abs(x) > 0.9f ? 90 : 0);
                scene.Paint(draw.Shape(ribX, ribY, 0.05f, 0.02f, slant), new(draw.Range(185, 235)));
            }
        }

        scene.Paint(body.Scaled(0.8f), new(54, 7, texture));                // fat between the organs
    }

    private static void Bowel(Scene scene, Draw draw, SmoothNoise texture)
    {
        for (var loop = draw.Range(3, 6); loop > 0; loop--)
        {
            var gut = draw.Shape(draw.Range(-0.15f, 0.2f), draw.Range(-0.3f, -0.1f), 0.07f, 0.055f, draw.Range(-60, 60), 0.06f);
            scene.Paint(gut, new(draw.Range(100, 125), 5, texture));
            scene.Paint(gut.Scaled(0.6f), new(draw.Range(70, 110)));
        }

        var stomach = draw.Shape(0.32f, -0.24f, 0.2f, 0.15f, -25, 0.05f);
        scene.Paint(stomach, new(112));
        scene.Paint(stomach.Scaled(0.86f), new(draw.Range(80, 120), 9, texture) { IsAlike = true });
        if (draw.Chance(0.7f))
            scene.Paint(draw.Shape(0.3f, -0.31f, 0.1f, 0.045f, -5), new(6)); // air rises: the patient lies on the back
    }

    private static void Organs(Scene scene, Draw draw, SmoothNoise texture)
    {
        var liver = draw.Shape(-0.37f, -0.12f, 0.29f, 0.29f, 8, 0.035f) with { Bulge = (0.94f, -0.34f, draw.Range(0.45f, 0.8f)) };
        scene.Paint(liver, new(draw.Range(112, 140), 4, texture), "liver");
        var spleen = draw.Shape(0.52f, 0.04f, 0.12f, 0.24f, -12, 0.03f) with { Bulge = (-1, 0.1f, -0.3f) };
        scene.Paint(spleen, new(draw.Range(114, 146), 4, texture), "spleen");
        var level = draw.Range(116, 156);
        foreach (var (side, name) in ((float, string)[])[(-1, "right kidney"), (1, "left kidney")])
        {
            var kidney = draw.Shape(side * 0.345f, 0.22f - 0.015f * side, 0.135f, 0.15f, side * 15) with
            {
                Bulge = (-side, -0.1f, -0.3f),
            };
            scene.Paint(kidney.Scaled(1.26f), new(54, 7, texture, Edge: 1.2f));                              // its fat capsule
            scene.Paint(kidney, new(level + draw.Range(-3, 3), 5, texture), name);
            var (sinusX, sinusY) = kidney.Point(-side * 0.38f, -0.05f);
            scene.Paint(draw.Shape(sinusX, sinusY, 0.03f, 0.06f, side * 18, 0.08f),
                new(draw.Range(62, 90), Edge: 1.5f), inside: name);
        }
    }

    private static void Spine(Scene scene, Draw draw, SmoothNoise texture)
    {
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.19f, 0.43f, 0.15f, 0.095f, side * -8), new(112, 9, texture));   // back muscles
            scene.Paint(draw.Shape(side * 0.16f, 0.3f, 0.06f, 0.075f), new(112, 7, texture) { IsAlike = true }); // psoas
            scene.Paint(draw.Shape(side * 0.13f, 0.385f, 0.09f, 0.025f, side * 15), new(200));              // transverse process
        }

        scene.Paint(draw.Shape(0, 0.44f, 0.025f, 0.1f), new(205));
        scene.Paint(draw.Shape(0, 0.365f, 0.085f, 0.07f), new(205));
        scene.Paint(draw.Shape(0, 0.36f, 0.045f, 0.04f), new(104));                                         // spinal canal
        var vertebra = draw.Shape(0, 0.25f, 0.125f, 0.085f, wobble: 0.02f);
        scene.Paint(vertebra, new(225));
        scene.Paint(vertebra.Scaled(0.85f), new(draw.Range(165, 195), 14, texture));
    }

    private static void Vessels(Scene scene, Draw draw, SmoothNoise texture)
    {
        var blood = draw.Range(118, 160);
        var cava = draw.Shape(-0.1f, 0.1f, 0.085f, 0.06f);                                                  // the aorta's double
        scene.Paint(cava, new(blood + draw.Range(-14, 6), 3, texture) { IsAlike = true });
        var aorta = draw.Shape(0.06f, 0.095f, 0.08f, 0.08f, wobble: 0.015f);
        scene.Paint(aorta.Scaled(1.2f), new(66));
        scene.Paint(aorta, new(blood, 3, texture), "aorta");
        for (var branch = draw.Range(2, 5); branch > 0; branch--)
        {
            var (x, y) = draw.InDisc();
            scene.Paint(draw.Shape(-0.38f + x * 0.2f, -0.1f + y * 0.2f, draw.Range(0.02f, 0.09f), 0.018f, draw.Range(-80, 80)),
                new(blood + draw.Range(-30, -5), Edge: 1) { IsAlike = true }, inside: "liver");
        }
    }

    private static void Lesions(Scene scene, Draw draw, SmoothNoise texture)
    {
        if (draw.Chance(0.6f))
        {
            var (x, y) = draw.InDisc();
            var radius = draw.Range(0.1f, 0.15f);
            scene.Paint(draw.Shape(-0.39f + x * 0.12f, -0.12f + y * 0.13f, radius, radius * draw.Range(0.8f, 1.1f), 0, 0.045f),
                new(draw.Range(60, 88), 6, texture, Edge: 1.2f), "liver lesion", inside: "liver");
        }

        if (draw.Chance(0.45f))
        {
            var side = draw.Chance(0.5f) ? -1 : 1;
            var radius = draw.Range(0.09f, 0.12f);
            scene.Paint(draw.Shape(side * 0.465f, 0.22f + draw.Range(-0.07f, 0.07f), radius, radius, 0, 0.01f),
                new(draw.Range(72, 92)), "kidney cyst");
        }
    }

    // The blur after the noise makes its grain as coarse as a reconstruction kernel's.
    private static void Acquire(Scene scene, Draw draw)
    {
        var noise = draw.Range(7, 13);
        scene.Change((_, _, _, gray) => gray + noise * draw.Gauss());
        scene.Blur();
    }
}
