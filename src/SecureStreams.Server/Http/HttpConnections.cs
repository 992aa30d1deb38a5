using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace SecureStreams.Server.Http;

/// <summary>
/// The connections that the web server has, and their end in order. Its own stop would do the same without looking at its clock any more, so that a client of HTTP/2 that leaves a stream
/// open holds it up, and no bound of a rate or a head is kept meanwhile. Safe from any thread.
/// </summary>
internal sealed class HttpConnections
{
    private readonly ConcurrentDictionary<string, ConnectionContext> _all = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closing;

    /// <summary>The web server begins to serve one. It stays until it is closed: when the web server has done with it, the end of an answer may still be on its way.</summary>
    public void Enter(ConnectionContext connection)
    {
        _all.TryAdd(connection.ConnectionId, connection);
        connection.Features.GetRequiredFeature<HttpConnectionFeature>().Closed = () => Leave(connection.ConnectionId);

        // Again, now that it can be seen: either this sees the end, or the end sees the connection.
        if (Volatile.Read(ref _closing) != 0)
            Close(connection);
    }

    /// <summary>What is ours of one; null once it is closed.</summary>
    public HttpConnectionFeature? Find(string id) => _all.TryGetValue(id, out var connection) ? connection.Features.Get<HttpConnectionFeature>() : null;

    /// <summary>Closes those that idle, tells those of HTTP/2 to go away, and lets what is under way be served. Completes when there are none.</summary>
    public Task CloseAsync()
    {
        Interlocked.Exchange(ref _closing, 1);
        foreach (var connection in _all.Values)
            Close(connection);
        CheckNone();
        return _none.Task;
    }

    private void Leave(string id)
    {
        _all.TryRemove(id, out _);
        CheckNone();
    }

    private void CheckNone()
    {
        if (Volatile.Read(ref _closing) != 0 && _all.IsEmpty)
            _none.TrySetResult();
    }

    private static void Close(ConnectionContext connection) => connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
}
