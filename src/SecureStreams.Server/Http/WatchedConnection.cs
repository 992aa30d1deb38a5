using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using SecureStreams.Server.Listening;

namespace SecureStreams.Server.Http;

/// <summary>
/// A connection as the web server sees it, which remembers why the web server gave it up: it tells nobody else. Its place is given back when the web server has let go of it and it is closed, not when
/// the client has ended its side: until then it is a connection as any.
/// </summary>
internal sealed class WatchedConnection(ConnectionContext inner, AcceptedSocket accepted) : ConnectionContext
{
    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => inner.ConnectionId;
        set => inner.ConnectionId = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => inner.Features;

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => inner.Items;
        set => inner.Items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport
    {
        get => inner.Transport;
        set => inner.Transport = value;
    }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get => inner.ConnectionClosed;
        set => inner.ConnectionClosed = value;
    }

    /// <inheritdoc/>
    public override System.Net.EndPoint? LocalEndPoint
    {
        get => inner.LocalEndPoint;
        set => inner.LocalEndPoint = value;
    }

    /// <inheritdoc/>
    public override System.Net.EndPoint? RemoteEndPoint
    {
        get => inner.RemoteEndPoint;
        set => inner.RemoteEndPoint = value;
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        // The web server gives no reason where the client has gone.
        if ((ConnectionAbortedException?)abortReason is { Message: var reason })
            inner.Features.Get<HttpConnectionFeature>()?.NoteAbort(reason);
        inner.Abort(abortReason);
    }

    /// <inheritdoc/>
    public override void Abort() => inner.Abort();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            accepted.Dispose();
            var feature = inner.Features.Get<HttpConnectionFeature>();
            feature?.Watch?.Dispose();
            feature?.Closed?.Invoke();
        }
    }
}
