using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>The real dialer; what it opened can be looked at.</summary>
/// <param name="withoutRights">Whether it dials as a process does that may do nothing special.</param>
internal sealed class KeptSockets(bool withoutRights = false) : SsSocketDialer
{
    private readonly ConcurrentQueue<Socket> _opened = new();

    /// <summary>In the order in which they were connected; closed by whoever dialed them.</summary>
    public IReadOnlyList<Socket> Opened => [.. _opened];

    public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => ConnectAsync(new SsConnectRequest(endPoint), cancellationToken);

    public override async ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken)
    {
        var stream = await (withoutRights ? WithoutRights(request, cancellationToken) : System.ConnectAsync(request, cancellationToken).AsTask());
        _opened.Enqueue(((NetworkStream)stream).Socket);
        return stream;
    }

    /// <summary>A socket gets its options before the first wait, so on a thread of its own, which has no rights and begins nothing else.</summary>
    private static Task<Stream> WithoutRights(SsConnectRequest request, CancellationToken cancellationToken)
    {
        Task<Stream>? connecting = null;
        var thread = new Thread(() =>
        {
            try
            {
                Capabilities.GiveUp();
                connecting = System.ConnectAsync(request, cancellationToken).AsTask();
            }
            catch (Exception error)
            {
                connecting = Task.FromException<Stream>(error);
            }
        });
        thread.Start();
        thread.Join();
        return connecting!;
    }
}
