using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Server.Listening;

/// <summary>The loop that accepts, and what is decided of a connection before it is read.</summary>
internal sealed partial class ListenSocket
{
    private async Task AcceptAsync(Socket listening)
    {
        long? since = null;
        try
        {
            while (true)
            {
                Socket accepted;
                try
                {
                    accepted = await Acceptor(listening, _stop.Token).ConfigureAwait(false);
                }
                catch (SocketException error) when (!_stop.IsCancellationRequested)
                {
                    // One that went before it was accepted is its own affair; the next is there or will be.
                    if (NetworkErrors.IsReset(error.SocketErrorCode))
                        continue;
                    if (since is null)
                    {
                        since = _platform.Time.GetTimestamp();
                        ServerLog.AcceptFailed(_logger, _policy().Name, Explain(error), ListenDefaults.AcceptPause);
                    }

                    await Task.Delay(ListenDefaults.AcceptPause, _platform.Time, _stop.Token).ConfigureAwait(false);
                    continue;
                }

                if (since is { } then)
                {
                    since = null;
                    ServerLog.AcceptResumed(_logger, _policy().Name, _platform.Time.GetElapsedTime(then));
                }

                Admit(accepted, listening.LocalEndPoint!);
            }
        }
        catch (Exception error) when (_stop.IsCancellationRequested && error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It stops.
        }
        catch (Exception error)
        {
            ServerLog.Failed(_logger, error, _policy().Name);
        }
    }

    /// <summary>Those that are waiting: what a peer has sent on them it believes to be received.</summary>
    private void TakeWaiting(Socket listening)
    {
        try
        {
            for (var taken = 0; taken < ListenDefaults.Backlog && listening.Poll(0, SelectMode.SelectRead); taken++)
                Admit(listening.Accept(), listening.LocalEndPoint!);
        }
        catch (SocketException)
        {
            // The rest is gone with the socket.
        }
    }

    private void Admit(Socket socket, EndPoint listensOn)
    {
        var plan = ListenPlan.Of(_policy());
        ConnectionTicket? ticket = null;
        try
        {
            var peer = socket.AddressFamily == AddressFamily.Unix ? null : socket.RemoteEndPoint;
            ticket = _limits.TryEnter((peer as IPEndPoint)?.Address, plan);
            if (ticket is null)
            {
                socket.Dispose();
                _dropped?.Invoke("connection_limit");
                return;
            }

            if (peer is not null)
            {
                socket.NoDelay = true;
                ApplyAttributes(socket, peer, plan);
            }

            _take!(new AcceptedSocket(socket, listensOn, peer, ticket, _platform.Time));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It went as soon as it had come.
            socket.Dispose();
            ticket?.Return();
        }
        catch (Exception error)
        {
            // Whatever is wrong with one, others come.
            socket.Dispose();
            ticket?.Return();
            ServerLog.Failed(_logger, error, _policy().Name);
        }
    }

    private void ApplyAttributes(Socket socket, EndPoint peer, ListenPlan plan)
    {
        if (plan is { TypeOfService: 0, Priority: 0 })
            return;
        var wanted = new SsConnectRequest(peer) { TypeOfService = plan.TypeOfService, Priority = plan.Priority };
        SocketOptions.Apply(socket, wanted);
        if (wanted.Warnings.Count == 0 || Interlocked.Exchange(ref _warned, 1) != 0)
            return;
        foreach (var warning in wanted.Warnings)
            ServerLog.Warning(_logger, _policy().Name, warning);
    }

    private static string Explain(SocketException error) => error.SocketErrorCode == SocketError.TooManyOpenSockets
        ? string.Create(CultureInfo.InvariantCulture, $"the process or the system has no file descriptor left ({error.SocketErrorCode}); raise the limit of open files (ulimit -n), or lower max_connections")
        : $"{OperatorText.Clean(error.Message)} ({error.SocketErrorCode})";
}
