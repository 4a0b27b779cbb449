using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>The encoded images at hand, bounded in number: the one not used for longest goes, once nobody uses it.</summary>
/// <remarks>Clients with one image share it.</remarks>
/// <param name="capacity">At least 1.</param>
internal sealed class ImageSessions(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImageSession> _sessions = [];
    private readonly LinkedList<ImageSession> _byUse = []; // the latest first

    public int Count
    {
        get
        {
            lock (_lock)
                return _sessions.Count;
        }
    }

    /// <summary>An image to ask about, until its lease is disposed of.</summary>
    public bool TryRent(string id, [NotNullWhen(true)] out ImageLease? lease)
    {
        lock (_lock)
        {
            lease = _sessions.TryGetValue(id, out var session) ? Rent(session) : null;
            return lease is not null;
        }
    }

    /// <summary>Takes an image over; where another client has brought the same, that one stays and this one is disposed of.</summary>
    public ImageLease Add(string id, EncodedImage image)
    {
        lock (_lock)
        {
            if (_sessions.TryGetValue(id, out var known))
            {
                image.Dispose();
                return Rent(known);
            }

            var session = new ImageSession(id, image);
            _sessions.Add(id, session);
            _byUse.AddFirst(session.Place);
            var lease = Rent(session);
            if (_sessions.Count > capacity)
                Drop(_byUse.Last!.Value);
            return lease;
        }
    }

    public void Return(ImageSession session)
    {
        lock (_lock)
        {
            session.Users--;
            DisposeIfUnused(session);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_byUse.Last is { } last)
                Drop(last.Value);
        }
    }

    private ImageLease Rent(ImageSession session)
    {
        session.Users++;
        _byUse.Remove(session.Place);
        _byUse.AddFirst(session.Place);
        return new(this, session);
    }

    private void Drop(ImageSession session)
    {
        _sessions.Remove(session.Id);
        _byUse.Remove(session.Place);
        session.IsDropped = true;
        DisposeIfUnused(session);
    }

    private static void DisposeIfUnused(ImageSession session)
    {
        if (session.IsDropped && session.Users == 0)
            session.Image.Dispose();
    }
}

/// <summary>One encoded image and the masks that led to its latest answers.</summary>
internal sealed class ImageSession
{
    public ImageSession(string id, EncodedImage image) => (Id, Image, Place) = (id, image, new(this));

    public string Id { get; }

    public EncodedImage Image { get; }

    public MaskMemory Masks { get; } = new();

    /// <summary>Its place in the order of use; as the counts below, the lock of <see cref="ImageSessions"/> guards it.</summary>
    public LinkedListNode<ImageSession> Place { get; }

    public int Users { get; set; }

    public bool IsDropped { get; set; }
}

/// <summary>The right to use an image: it is not disposed of before this is.</summary>
internal sealed class ImageLease(ImageSessions sessions, ImageSession session) : IDisposable
{
    private int _isReturned;

    public EncodedImage Image => session.Image;

    public MaskMemory Masks => session.Masks;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            sessions.Return(session);
    }
}
