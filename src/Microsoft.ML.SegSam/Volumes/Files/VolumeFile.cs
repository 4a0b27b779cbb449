using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>What a file says of its volumes. It holds nothing open; voxels are opened by it.</summary>
/// <param name="Type">How voxels are stored.</param>
/// <param name="Open">Opens the voxels of one of the volumes; the folder is for temporary files.</param>
internal sealed record VolumeFile(VolumeGeometry Geometry, VoxelType Type, Func<int, string, VoxelSource> Open)
{
    /// <summary>Volumes in the file, one after the other.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether low values are bright.</summary>
    public bool IsInverted { get; init; }

    /// <summary>The numbers that the geometry was made of, where spacing and directions are apart; else null.</summary>
    public HeaderPlace? Place { get; init; }

    /// <summary>What its labels mean, where the file says so.</summary>
    public IReadOnlyDictionary<int, string> LabelNames { get; init; } = new Dictionary<int, string>();

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
