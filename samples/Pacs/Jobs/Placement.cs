using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Pacs.Jobs;

/// <summary>How the images of a series, as viewers show them, become the slices that a model was trained on.</summary>
/// <param name="Plane">What the model sees.</param>
/// <param name="FlipsX">Whether columns count from the other side there.</param>
/// <param name="FlipsY">Whether rows do.</param>
/// <param name="FlipsSlices">Whether slices do.</param>
internal sealed record Placement(VolumeGeometry Geometry, SlicePlane Plane, bool FlipsX, bool FlipsY, bool FlipsSlices)
{
    /// <param name="trained">The plane of the model's training; null: it was trained on other images, and sees these as they are.</param>
    /// <exception cref="PacsException">The series was not taken in this plane.</exception>
    public static Placement Of(VolumeGeometry geometry, SlicePlane? trained)
    {
        // Where columns, rows and slices grow to: SlicePlane says so.
        var expected = trained switch
        {
            SlicePlane.Axial => "LPS", SlicePlane.Coronal => "LIA", SlicePlane.Sagittal => "PIL", _ => geometry.Codes,
        };
        if (expected.Zip(geometry.Codes).Any(pair => Axis(pair.First) != Axis(pair.Second)))
        {
            throw new PacsException($"The model was trained on {trained!.ToString()!.ToLowerInvariant()} slices, and the images of the "
                + "series lie in another plane. Give a series of that plane, or use another model.");
        }

        var flips = expected.Zip(geometry.Codes, (a, b) => a != b).ToList();
        return new(geometry, trained ?? SlicePlane.Stored, flips[0], flips[1], flips[2]);

        static int Axis(char code) => code is 'L' or 'R' ? 0 : code is 'P' or 'A' ? 1 : 2;
    }

    /// <param name="slice">Of the box, counting in the order of the images' places.</param>
    /// <param name="stored">Whose box is in pixels of the image.</param>
    /// <param name="label">Of the object; also the number of the prompt.</param>
    /// <exception cref="PacsException">They lie outside the series.</exception>
    public VolumePrompt Prompt(int slice, BoxPrompt stored, int label)
    {
        var (width, height) = (Geometry.Columns, Geometry.Rows);
        if (slice >= Geometry.Slices)
        {
            throw new PacsException(FormattableString.Invariant($"Prompt {label}: the slice is {slice}, and the series has ")
                + FormattableString.Invariant($"{Geometry.Slices}, counting from 0."));
        }

        if (stored.Box is not [>= 0 and var x0, >= 0 and var y0, var x1, var y1] || x1 > width || y1 > height)
        {
            throw new PacsException(FormattableString.Invariant($"Prompt {label}: the box is {stored.BoxText}, which is not ")
                + FormattableString.Invariant($"within the image of {width} x {height} pixels."));
        }

        var (left, right) = FlipsX ? (width - x1, width - x0) : (x0, x1);
        var (top, bottom) = FlipsY ? (height - y1, height - y0) : (y0, y1);
        return new(FlipsSlices ? Geometry.Slices - 1 - slice : slice, SegSamPrompt.Box(left, top, right, bottom), label);
    }

    /// <summary>The slice of an image.</summary>
    /// <param name="position">Where its first pixel lies: DICOM's x, y, z in mm.</param>
    /// <exception cref="PacsException">It lies between the slices, or elsewhere.</exception>
    public int SliceOf(IReadOnlyList<double> position)
    {
        const double Tolerance = 0.1; // of a voxel
        var (i, j, k) = Geometry.ToVoxel(-position[0], -position[1], position[2]); // DICOM's x grows to the left, its y to the back
        var slice = Math.Round(k);
        var isOn = Math.Abs(i) < Tolerance && Math.Abs(j) < Tolerance && Math.Abs(k - slice) < Tolerance;
        return isOn && slice >= 0 && slice < Geometry.Slices ? (int)slice
            : throw new PacsException("The image of a prompt does not lie on the series' slices. Give the number of a slice.");
    }
}
