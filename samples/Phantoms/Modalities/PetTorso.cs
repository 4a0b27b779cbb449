using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>A PET-like coronal view from head to hips: the more tracer, the darker, as is usual.</summary>
internal static class PetTorso
{
    public static Modality Modality { get; } = new(
        "pet", Paint, ["brain", "tumor focus", "myocardium", "urinary bladder"], Dark: 25, Bright: 165);

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(26, 26);
        Body(scene, draw, texture);
        Organs(scene, draw, texture);
        Uptake(scene, draw, texture);
        Tumor(scene, draw, texture);
        Acquire(scene, draw);
    }

    private static void Body(Scene scene, Draw draw, SmoothNoise texture)
    {
        scene.Change((_, _, _, _) => 246);
        var flesh = new Tissue(208, 5, texture, Edge: 1.6f);
        scene.Paint(draw.Shape(0, -0.63f, 0.19f, 0.21f, wobble: 0.01f), flesh);
        scene.Paint(draw.Shape(0, -0.45f, 0.13f, 0.16f, wobble: 0.01f), flesh);
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.53f, 0.02f, 0.085f, 0.42f, side * -7, 0.01f), flesh);           // arms
            scene.Paint(draw.Shape(side * 0.19f, 0.9f, 0.19f, 0.38f, wobble: 0.01f), flesh);                 // thighs
        }

        scene.Paint(draw.Shape(0, -0.02f, 0.45f, 0.46f, wobble: 0.02f), flesh);
        scene.Paint(draw.Shape(0, 0.45f, 0.38f, 0.4f, wobble: 0.02f), flesh);
        foreach (var side in (float[])[-1, 1])
            scene.Paint(draw.Shape(side * 0.21f, -0.18f, 0.13f, 0.23f, side * -4), new(230, 3, texture, Edge: 2)); // lungs
        scene.Paint(draw.Shape(0, 0.15f, 0.035f, 0.62f, wobble: 0), new(188, 10, texture, Edge: 2));              // spine
    }

    private static void Organs(Scene scene, Draw draw, SmoothNoise texture)
    {
        scene.Paint(draw.Shape(-0.18f, 0.14f, 0.2f, 0.13f, 10, 0.03f), new(draw.Range(168, 184), 7, texture, Edge: 2)); // liver
        scene.Paint(draw.Shape(0.28f, 0.13f, 0.07f, 0.1f, -15), new(draw.Range(178, 192), 5, texture, Edge: 2));       // spleen
        for (var loop = draw.Range(3, 7); loop > 0; loop--)
        {
            var bend = draw.Range(-0.08f, 0.08f);
            scene.Paint(new Band(draw.Range(-0.2f, 0.2f), draw.Range(0.38f, 0.6f), draw.Range(0.08f, 0.16f), 0.03f,
                Turn.Degrees(draw.Range(-60, 60)), bend), new(draw.Range(150, 188), 8, texture, Edge: 2.5f));          // bowel
        }

        // The kidneys pass the tracer on: hot, round and no tumor.
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.2f, 0.31f, 0.06f, 0.095f, side * -14) with { Bulge = (-side, 0, -0.25f) },
                new(draw.Range(60, 120), 8, texture, Edge: 1.5f) { IsAlike = true });
        }
    }

    private static void Uptake(Scene scene, Draw draw, SmoothNoise texture)
    {
        var gyri = draw.Noise(44, 44);
        scene.Paint(draw.Shape(0, -0.68f, 0.155f, 0.12f, wobble: 0.02f), new(draw.Range(45, 80), 16, gyri, Edge: 1.5f), "brain");
        var heart = draw.Shape(0.13f, -0.07f, 0.115f, 0.095f, 35);
        scene.Paint(heart, new(draw.Range(50, 130), 8, texture, Edge: 1.5f), "myocardium");
        var (x, y) = heart.Point(-0.3f, 0.05f);
        scene.Paint(new Contour(x, y, 0.06f, 0.04f, heart.Turn), new(196, Edge: 1.5f), of: "myocardium");              // its hollow
        scene.Paint(draw.Shape(0, 0.72f, 0.105f, 0.085f, wobble: 0.02f), new(draw.Range(25, 60), Edge: 1.5f), "urinary bladder");
    }

    private static void Tumor(Scene scene, Draw draw, SmoothNoise texture)
    {
        (float X, float Y)[] sites =
        [
            (-0.22f, -0.25f), (0.24f, -0.3f), (0.02f, -0.3f), (-0.24f, 0.1f), (0.1f, -0.46f), (-0.24f, 0.62f), (0.24f, 0.62f),
        ];
        var (x, y) = sites[Math.Min((int)draw.Range(0, sites.Length), sites.Length - 1)];
        var radius = draw.Range(0.065f, 0.09f);
        var tissue = new Tissue(draw.Range(40, 125), 10, texture, Edge: 2);
        var tumor = draw.Shape(x, y, radius, radius * draw.Range(0.8f, 1.15f), 0, 0.035f, 5);
        if (draw.Chance(0.7f))
            scene.Paint(tumor, tissue, "tumor focus");
    }

    // Few counts: noise grows with the square root of the tracer, and the blur of the detectors lies over all.
    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        var noise = draw.Range(0.9f, 1.6f);
        scene.Change((_, _, _, gray) => gray + noise * MathF.Sqrt(MathF.Max(255 - gray, 0)) * draw.Gauss());
        scene.Blur();
    }
}
