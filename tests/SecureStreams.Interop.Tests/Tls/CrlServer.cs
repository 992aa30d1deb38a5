using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A little HTTP server on loopback that hands out one file and counts who asks.</summary>
internal sealed class CrlServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Socket> _unanswered = [];
    private int _requests;

    public CrlServer()
    {
        _listener.Start();

        // A path of its own: the platform keeps lists on disk, by their address.
        Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{Guid.NewGuid():N}.crl";
        _serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>What it hands out; null for 404.</summary>
    public byte[]? File { get; set; }

    /// <summary>Takes questions and answers none.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Completed when somebody has asked.</summary>
    public Task Asked => _asked.Task;

    /// <summary>How many connections came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        LetGo();
    }

    /// <summary>Closes on those that wait for an answer.</summary>
    public void LetGo()
    {
        Socket[] waiting;
        lock (_unanswered)
            waiting = [.. _unanswered];
        foreach (var socket in waiting)
            socket.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync();
            }
            catch (Exception error) when (error is SocketException or InvalidOperationException)
            {
                // Stopped: while it waited, or between two waits.
                return;
            }

            Interlocked.Increment(ref _requests);
            _asked.TrySetResult();
            if (IsSilent)
            {
                lock (_unanswered)
                    _unanswered.Add(socket);
                continue;
            }

            using (socket)
            {
                var buffer = new byte[8192];
                var got = await socket.ReceiveAsync(buffer);
                if (got == 0)
                    continue;
                var head = File is { } file
                    ? $"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: {file.Length}\r\nConnection: close\r\n\r\n"
                    : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                await socket.SendAsync(Encoding.ASCII.GetBytes(head));
                if (File is { } body)
                    await socket.SendAsync(body);
                socket.Shutdown(SocketShutdown.Send);
            }
        }
    }
}
