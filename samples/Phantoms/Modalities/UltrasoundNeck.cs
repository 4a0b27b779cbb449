using Phantoms.Painting;

namespace Phantoms.Modalities;

/// <summary>An ultrasound-like transverse view of the thyroid, curved probe on top.</summary>
internal static class UltrasoundNeck
{
    // The probe's center of curvature, in picture units, and the nearest and farthest distance that it sees.
    private const float ApexY = -1.75f;
    private const float Near = 0.85f;
    private const float Far = 2.66f;
    private const float Opening = 0.44f; // sine of half the opening angle

    public static Modality Modality { get; } = new("ultrasound", Paint,
        ["thyroid nodule", "left thyroid lobe", "strap muscle", "right thyroid lobe"], Dark: 25, Bright: 225);

    private static void Paint(Scene scene, Draw draw)
    {
        var texture = draw.Noise(16, 16);
        var beam = new UltrasoundBeam(scene.Size);
        Layers(scene, draw, texture);
        Neck(scene, draw, beam, texture);
        Lobes(scene, draw, beam, texture);
        Acquire(scene, draw, beam);
    }

    private static void Layers(Scene scene, Draw draw, SmoothNoise texture)
    {
        var strands = draw.Noise(5, 34);
        scene.Change((_, _, _, _) => 104);
        scene.Paint(new Contour(0, 0, 1.6f, 1.6f, Turn.Degrees(0)), new(104, 22, strands));                          // connective tissue
        scene.Paint(draw.Shape(0, -1.1f, 1.5f, 0.42f), new(112, 20, strands, Edge: 2));                      // fat under the skin
        scene.Paint(draw.Shape(0, -1.36f, 1.5f, 0.55f), new(170, 10, strands, Edge: 2));                     // skin
        foreach (var side in (float[])[-1, 1])
            scene.Paint(draw.Shape(side * 0.66f, -0.42f, 0.34f, 0.12f, side * 22),
                new(62, 14, texture, Edge: 2) { IsAlike = true }); // sternocleidomastoid
        var muscle = draw.Shape(0, -0.5f, 0.48f, 0.085f, wobble: 0.03f);
        scene.Paint(muscle.Scaled(1.12f), new(150, Edge: 1.5f), of: "strap muscle");                         // bright sheath
        scene.Paint(muscle, new(draw.Range(52, 76), 13, strands, Edge: 1.5f), "strap muscle");
    }

    private static void Neck(Scene scene, Draw draw, UltrasoundBeam beam, SmoothNoise texture)
    {
        foreach (var side in (float[])[-1, 1])
        {
            scene.Paint(draw.Shape(side * 0.36f, 0.33f, 0.24f, 0.13f, side * 8),
                new(60, 14, texture, Edge: 2) { IsAlike = true }); // longus colli
            var carotid = draw.Shape(side * 0.6f, 0.03f, 0.115f, 0.11f);
            scene.Paint(carotid.Scaled(1.15f), new(150));
            beam.Pass(scene.Paint(carotid, new(14) { IsAlike = true }), 0.05f);
        }

        var esophagus = draw.Shape(0.22f, 0.22f, 0.07f, 0.055f); // left of the windpipe
        scene.Paint(esophagus, new(66));
        scene.Paint(esophagus.Scaled(0.4f), new(165));
    }

    private static void Lobes(Scene scene, Draw draw, UltrasoundBeam beam, SmoothNoise texture)
    {
        var level = draw.Range(128, 166);
        scene.Paint(draw.Shape(0, -0.2f, 0.26f, 0.06f), new(level, 8, texture));                             // isthmus
        var lobes = new List<Contour>();
        foreach (var (side, name) in ((float, string)[])[(-1, "right thyroid lobe"), (1, "left thyroid lobe")])
        {
            var lobe = draw.Shape(side * 0.33f, -0.1f, 0.2f, 0.23f, side * -12, 0.035f) with { Bulge = (-side, 0.3f, -0.18f) };
            scene.Paint(lobe.Scaled(1.07f), new(172, Edge: 1.5f), of: name);                                 // capsule
            scene.Paint(lobe, new(level + draw.Range(-4, 4), 9, texture, Edge: 1.2f), name);
            lobes.Add(lobe);
        }

        var windpipe = draw.Shape(0, 0.03f, 0.17f, 0.16f, wobble: 0.02f);
        scene.Paint(windpipe, new(205));                                                                     // cartilage
        beam.Pass(scene.Paint(windpipe.Scaled(0.86f), new(36, 12, texture)), -0.1f);                        // air

        if (!draw.Chance(0.7f))
            return;
        var left = draw.Chance(0.5f);
        var cystic = draw.Chance(0.35f);
        var radius = draw.Range(0.09f, 0.135f);
        var (x, y) = lobes[left ? 1 : 0].Point((left ? 1 : -1) * 0.15f + draw.Range(-0.15f, 0.15f), draw.Range(-0.25f, 0.25f));
        var nodule = draw.Shape(x, y, radius, radius * draw.Range(0.75f, 1), draw.Range(-30, 30), 0.03f);
        var host = left ? "left thyroid lobe" : "right thyroid lobe";
        scene.Paint(nodule.Scaled(1.18f), new(level * 0.5f), inside: host, of: "thyroid nodule");            // halo
        var tissue = cystic ? new Tissue(draw.Range(16, 34), 3, texture) : new Tissue(draw.Range(62, 104), 12, texture);
        var region = scene.Paint(nodule, tissue, "thyroid nodule", inside: host);
        if (cystic)
            beam.Pass(region, 0.05f);
    }

    // Log compression is close to a power of 3/8, which square roots give. The envelope of many scatterers is the length of a
    // complex normal number (Rayleigh); its grains are wide across the beam, wider with depth, and short along it.
    private static void Acquire(Scene scene, Draw draw, UltrasoundBeam beam)
    {
        scene.Blur();
        var (real, imaginary) = (draw.Noise(84, 110), draw.Noise(84, 110));
        var bright = beam.Gain(ApexY);
        var fade = draw.Range(0.12f, 0.3f);
        scene.Change((i, x, y, gray) =>
        {
            var (depth, beam) = Beam(x, y);
            if (!Seen((depth, beam)))
                return 0;
            var (along, across) = (2 * (depth - Near) / (Far - Near) - 1, beam / Opening);
            var (re, im) = (real.At(across, along), imaginary.At(across, along));
            var envelope = MathF.Sqrt(re * re + im * im);
            var compressed = MathF.Sqrt(MathF.Sqrt(envelope)) * MathF.Sqrt(MathF.Sqrt(MathF.Sqrt(envelope)));
            return gray * (1 + bright[i]) * (1 - fade * (along + 1) / 2) * (0.3f + 0.7f * compressed) + 5 * draw.Gauss();
        });
        scene.Keep((x, y) => Seen(Beam(x, y)));
    }

    private static (float Depth, float Beam) Beam(float x, float y)
    {
        var depth = MathF.Sqrt(x * x + (y - ApexY) * (y - ApexY));
        return (depth, x / depth);
    }

    private static bool Seen((float Depth, float Beam) at) => at.Depth is > Near and < Far && MathF.Abs(at.Beam) < Opening;
}
