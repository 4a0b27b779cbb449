using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>A bounded set of encoded images: the least recently used one is dropped, and disposed once no request uses it.</summary>
/// <remarks>Clients with the same image share it.</remarks>
/// <param name="capacity">At least 1.</param>
internal sealed class ImageSessions(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImageSession> _sessions = [];
    private readonly LinkedList<ImageSession> _byUse = []; // most recent first

    public int Count
    {
        get
        {
            lock (_lock)
                return _sessions.Count;
        }
    }

    /// <summary>An image for use until its lease is disposed.</summary>
    public bool TryRent(string id, [NotNullWhen(true)] out ImageLease? lease)
    {
        lock (_lock)
        {
            lease = _sessions.TryGetValue(id, out var session) ? Rent(session) : null;
            return lease is not null;
        }
    }

    /// <summary>Takes ownership of an image; if another client has added the same, that one stays and this one is disposed.</summary>
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

/// <summary>One encoded image, and the masks of its recent predictions.</summary>
internal sealed class ImageSession
{
    public ImageSession(string id, EncodedImage image) => (Id, Image, Place) = (id, image, new(this));

    public string Id { get; }

    public EncodedImage Image { get; }

    public LowResMaskCache Masks { get; } = new();

    /// <summary>Its place in the order of use; guarded, like the members below, by the lock of <see cref="ImageSessions"/>.</summary>
    public LinkedListNode<ImageSession> Place { get; }

    public int Users { get; set; }

    public bool IsDropped { get; set; }
}

/// <summary>The right to use an image: the image is not disposed before its leases.</summary>
internal sealed class ImageLease(ImageSessions sessions, ImageSession session) : IDisposable
{
    private int _isReturned;

    public EncodedImage Image => session.Image;

    public LowResMaskCache Masks => session.Masks;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            sessions.Return(session);
    }
}
