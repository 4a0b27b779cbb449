namespace Phantoms.Modalities;

/// <summary>Enhancement and attenuation of the ultrasound beam on its way down: bright behind fluid, dark behind air.</summary>
internal sealed class UltrasoundBeam(int size)
{
    private readonly float[] _perPixel = new float[size * size];

    /// <summary>Lets the beam pass a region.</summary>
    /// <param name="region">Row-major mask.</param>
    /// <param name="gain">Relative change of brightness over 1/128 of the picture.</param>
    public void Pass(bool[] region, float gain)
    {
        for (var i = 0; i < region.Length; i++)
            _perPixel[i] += region[i] ? gain * 128 / size : 0;
    }

    /// <summary>Relative change of brightness of every pixel for beams that come from (0, apexY) in picture units.</summary>
    public float[] Gain(float apexY)
    {
        var gain = new float[size * size];
        var center = (size - 1) / 2f;
        var apex = center + apexY * size / 2;
        for (var y = 1; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                // Where the beam crossed the row above, between two pixels.
                var from = Math.Clamp(center + (x - center) * (y - 1 - apex) / (y - apex), 0, size - 1.001f);
                var (above, fraction) = ((y - 1) * size + (int)from, from - (int)from);
                gain[y * size + x] = gain[above] + fraction * (gain[above + 1] - gain[above]) + _perPixel[y * size + x];
            }
        }

        return [.. gain.Select(change => Math.Clamp(change, -0.85f, 0.6f))];
    }
}
