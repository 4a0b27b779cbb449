using System.Collections;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>A scored row: the input columns and those that SEG-SAM added.</summary>
public sealed class Prediction
{
    public string ImageId { get; set; } = "";
    public MLImage Image { get; set; } = null!;
    public MLImage Mask { get; set; } = null!;
    public string Category { get; set; } = "";
    public bool[] BinaryMask { get; set; } = [];
    public uint[] SemanticMask { get; set; } = [];
    public float[] ClassScores { get; set; } = [];
    public uint PredictedCategory { get; set; }
    public float PredictedIoU { get; set; }
}

/// <summary>Passes predictions through and computes a checksum of their masks.</summary>
public sealed class Predictions(IEnumerable<Prediction> source) : IEnumerable<Prediction>
{
    public string Checksum { get; private set; } = "";

    public IEnumerator<Prediction> GetEnumerator()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var prediction in source)
        {
            hash.AppendData(MemoryMarshal.AsBytes<bool>(prediction.BinaryMask));
            hash.AppendData(MemoryMarshal.AsBytes<uint>(prediction.SemanticMask));
            yield return prediction;
        }

        Checksum = Convert.ToHexString(hash.GetHashAndReset());
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
