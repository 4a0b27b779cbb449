using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>An MR-like coronal slice of the head through the brainstem, T1- or T2-weighted.</summary>
internal static class MrHead
{
    private sealed record Contrast(float Fat, float Muscle, float White, float Cortex, float Fluid, float Tumor);

    public static Modality Modality { get; } = new("mr", Paint,
        ["brain tumor", "left lateral ventricle", "cerebellum", "right lateral ventricle"], Dark: 40, Bright: 215);

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(30, 30);
        var levels = draw.Chance(0.6f)
            ? new Contrast(205, 105, draw.Range(150, 170), draw.Range(108, 124), draw.Range(34, 60), draw.Range(62, 105))    // T1
            : new Contrast(150, 62, draw.Range(84, 102), draw.Range(120, 136), draw.Range(185, 225), draw.Range(150, 200));  // T2
        var head = Head(scene, draw, levels, texture);
        Hemispheres(scene, draw, head, levels, texture);
        Cerebellum(scene, draw, levels);
        Middle(scene, draw, levels, texture);
        Tumor(scene, draw, levels, texture);
        Acquire(scene, draw);
    }

    private static Contour Head(Scene scene, Draw draw, Contrast levels, SmoothNoise texture)
    {
        scene.Paint(draw.Shape(0, 0.95f, 0.5f, 0.5f), new(levels.Fat * 0.8f, 12, texture));     // neck
        scene.Paint(draw.Shape(0, 0.95f, 0.43f, 0.46f, wobble: 0.05f), new(levels.Muscle, 14, texture));
        var head = draw.Shape(0, -0.08f, 0.72f, 0.8f, wobble: 0.012f);
        scene.Paint(head, new(levels.Fat * 0.55f));                                             // skin
        scene.Paint(head.Scaled(0.975f), new(levels.Fat, 10, texture));                         // scalp fat
        scene.Paint(head.Scaled(0.925f), new(18));                                              // bone gives no signal
        scene.Paint(head.Scaled(0.89f), new(levels.Fat * 0.4f, 10, texture));                   // marrow
        scene.Paint(head.Scaled(0.87f), new(16));
        scene.Paint(head.Scaled(0.835f), new(levels.Fluid));
        foreach (var side in (float[])[-1, 1])
            scene.Paint(draw.Shape(side * 0.4f, 0.62f, 0.17f, 0.12f, side * -30), new(25, 12, texture)); // skull base
        return head;
    }

    private static void Hemispheres(Scene scene, Draw draw, Contour head, Contrast levels, SmoothNoise texture)
    {
        scene.Paint(draw.Shape(head.X, -0.2f, head.A * 0.74f, head.B * 0.6f, wobble: 0.01f),
            new(levels.Cortex, 4, texture)); // fills between the two
        foreach (var side in (float[])[-1, 1])
        {
            var cortex = draw.Shape(head.X + side * head.A * 0.39f, -0.2f, head.A * 0.375f, head.B * 0.54f, side * 3, 0.015f, 9);
            scene.Paint(cortex, new(levels.Cortex, 4, texture));
            Sulci(scene, draw, cortex, levels.Fluid);
            var white = cortex.Scaled(0.78f) with
            {
                Waves = [.. Enumerable.Range(2, 13).Select(_ => (draw.Gauss() * 0.04f, draw.Gauss() * 0.04f))],
            };
            scene.Paint(white, new(levels.White, 4, texture));
            scene.Paint(draw.Shape(side * 0.16f, -0.02f, 0.1f, 0.085f, side * 20),
                new(levels.Cortex * 1.03f, 4, texture, Edge: 2) { IsAlike = true }); // deep gray
            scene.Paint(draw.Shape(side * 0.1f, -0.17f, 0.09f, 0.05f), new(levels.White, 4, texture));      // corpus callosum
        }
    }

    private static void Cerebellum(Scene scene, Draw draw, Contrast levels)
    {
        var folia = draw.Noise(7, 44);
        var cerebellum = draw.Shape(0, 0.36f, 0.42f, 0.17f, wobble: 0.025f) with { Bulge = (0, -1, -0.12f) };
        scene.Paint(cerebellum.Scaled(1.1f), new(levels.Fluid));
        scene.Paint(cerebellum, new(levels.Cortex * 0.97f, 9, folia), "cerebellum");
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.18f, 0.37f, 0.11f, 0.05f, side * 12, 0.1f, 6),
                new(levels.White * 0.96f, 8, folia, Edge: 1.5f), inside: "cerebellum");
        }
    }

    private static void Middle(Scene scene, Draw draw, Contrast levels, SmoothNoise texture)
    {
        var stem = draw.Shape(0, 0.2f, 0.13f, 0.22f, wobble: 0.015f) with { Bulge = (0, 1, -0.12f) };
        scene.Paint(stem.Scaled(1.12f), new(levels.Fluid));
        scene.Paint(stem, new(levels.White * 0.86f, 5, texture) { IsAlike = true });
        scene.Paint(draw.Shape(0, 0.01f, 0.016f, 0.08f), new(levels.Fluid));                                // third ventricle
        scene.Paint(draw.Shape(0, -0.45f, 0.014f, 0.24f, wobble: 0), new(levels.Fluid * 0.8f));             // fissure
        foreach (var (side, ventricle) in ((float, string)[])[(-1, "right lateral ventricle"), (1, "left lateral ventricle")])
        {
            var wide = draw.Range(0.9f, 1.35f); // some people's are wider
            var horn = draw.Shape(side * 0.105f, -0.14f, 0.074f * wide, 0.13f, side * 24) with { Bulge = (side, 0.3f, -0.35f) };
            scene.Paint(horn, new(levels.Fluid), ventricle);
        }
    }

    // Thin folds of fluid that run from the surface toward the middle.
    private static void Sulci(Scene scene, Draw draw, Contour cortex, float fluid)
    {
        for (var fold = 0; fold < 13; fold++)
        {
            var (x, y) = draw.InDisc();
            var length = MathF.Sqrt(x * x + y * y) + 1e-3f;
            var (atX, atY) = cortex.Point(x / length * 0.86f, y / length * 0.86f);
            var steep = Math.Clamp(y / (MathF.Abs(x) + 0.05f), -4, 4) * (x < 0 ? -1 : 1);
            scene.Paint(draw.Shape(atX, atY, 0.052f, 0.009f, steep * 22, 0.02f), new(fluid, Edge: 1.2f));
        }
    }

    private static void Tumor(Scene scene, Draw draw, Contrast levels, SmoothNoise texture)
    {
        if (!draw.Chance(0.65f))
            return;
        var side = draw.Chance(0.5f) ? -1 : 1;
        var radius = draw.Range(0.12f, 0.17f);
        var tumor = draw.Shape(side * draw.Range(0.3f, 0.38f), draw.Range(-0.4f, 0.02f),
            radius, radius * draw.Range(0.8f, 1.1f), 0, 0.045f);
        scene.Paint(tumor.Scaled(1.35f), new((2 * levels.White + levels.Tumor) / 3, 6, texture, Edge: 5),
            of: "brain tumor"); // swelling around it
        scene.Paint(tumor, new(levels.Tumor, 9, texture, Edge: 1.2f), "brain tumor");
        if (draw.Chance(0.5f))
            scene.Paint(tumor.Scaled(0.55f), new(levels.Fluid * 1.05f, 6, texture, Edge: 2), inside: "brain tumor");
    }

    // A coil's uneven sensitivity, then the magnitude of a complex signal with noise in both parts (Rician).
    private static void Acquire(Scene scene, Draw draw)
    {
        scene.Blur();
        var coil = draw.Noise(2, 2);
        var (unevenness, noise) = (draw.Range(0.06f, 0.16f), draw.Range(3, 6));
        scene.Change((_, x, y, gray) =>
        {
            var real = gray * (1 + unevenness * Math.Clamp(coil.At(x, y), -2, 2)) + noise * draw.Gauss();
            var imaginary = noise * draw.Gauss();
            return MathF.Sqrt(real * real + imaginary * imaginary);
        });
    }
}
