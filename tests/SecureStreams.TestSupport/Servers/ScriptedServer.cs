using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Servers;

/// <summary>What a <see cref="ScriptedServer"/> does with one connection; when it returns, the connection is closed in order.</summary>
public delegate Task ConnectionScript(ScriptedConnection connection, CancellationToken stopping);

/// <summary>
/// A server on a free port of 127.0.0.1 that does with each connection what a script says: how peers misbehave below and beside HTTP. The first connection gets
/// the first script and so on; the last script serves all that follow. Ready-made scripts are in <see cref="Scripts"/> and <see cref="H2Scripts"/>.
/// </summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConnectionScript[] _scripts;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentBag<Task> _running = [];
    private readonly ConcurrentQueue<Exception> _handshakeFailures = new();
    private readonly ConcurrentQueue<Exception> _scriptFailures = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, int> _waiters = new();
    private readonly Task _accepting;
    private int _disposed;

    private ScriptedServer(SslServerAuthenticationOptions? tls, ConnectionScript[] scripts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(scripts.Length);
        _tls = tls;
        _scripts = scripts;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(256);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What arrived.</summary>
    public ConnectionCounters Counters { get; } = new();

    /// <summary>TLS handshakes that failed: among them those that a client broke off because it refused the certificate.</summary>
    public IReadOnlyList<Exception> HandshakeFailures => [.. _handshakeFailures];

    /// <summary>Exceptions of scripts other than those of a peer that went away or of the server's own end: mistakes of the test.</summary>
    public IReadOnlyList<Exception> ScriptFailures => [.. _scriptFailures];

    /// <summary>Starts one in the clear.</summary>
    public static ScriptedServer Start(params ConnectionScript[] scripts) => new(null, scripts);

    /// <summary>Starts one with TLS; scripts then see what is inside.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="alpn">What it agrees to; null for no ALPN at all.</param>
    /// <param name="scripts">A script for each connection.</param>
    public static ScriptedServer StartTls(TestCertificate certificate, string[]? alpn, params ConnectionScript[] scripts)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate.Certificate, certificate.Intermediates, offline: true),
            ApplicationProtocols = alpn is null ? null : [.. alpn.Select(static name => new SslApplicationProtocol(name))],
        };
        return new ScriptedServer(options, scripts);
    }

    /// <summary>Waits until <paramref name="count"/> connections were accepted.</summary>
    public async Task WaitForConnectionsAsync(int count)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[met] = count;
        if (Counters.Accepted >= count)
            met.TrySetResult();
        await met.Task.OrFail(() => $"Waited for {count} connection(s); {Counters.Accepted} came.");
        _waiters.TryRemove(met, out _);
    }

    /// <summary>Closes everything; what hangs is reset.</summary>
    /// <exception cref="CheckFailedException">A script failed by itself (<see cref="ScriptFailures"/>).</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running).OrFail(() => "A script does not end; it must honour its cancellation token.");
        _stopping.Dispose();
        if (!_scriptFailures.IsEmpty)
            throw new CheckFailedException($"A script failed: {_scriptFailures.First().Message}", new AggregateException(_scriptFailures));
    }

    private async Task AcceptAsync()
    {
        for (var number = 0; ; number++)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            Counters.OnAccepted();
            foreach (var (met, count) in _waiters)
            {
                if (Counters.Accepted >= count)
                    met.TrySetResult();
            }

            _running.Add(ServeAsync(socket, _scripts[Math.Min(number, _scripts.Length - 1)]));
        }
    }

    private async Task ServeAsync(Socket socket, ConnectionScript script)
    {
        socket.NoDelay = true;
        using (socket)
        {
            try
            {
                await using Stream raw = new CountingStream(new NetworkStream(socket, ownsSocket: false), Counters.OnRawBytes);
                if (_tls is null)
                    await RunAsync(raw);
                else if (await HandshakeAsync(raw) is { } secured)
                    await RunAsync(secured);
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException || (error is OperationCanceledException && _stopping.IsCancellationRequested))
            {
                // The peer went away, or the server is going.
            }
            catch (Exception error)
            {
                _scriptFailures.Enqueue(error);
            }
            finally
            {
                Counters.OnClosed();
            }
        }

        async Task RunAsync(Stream stream)
        {
            Counters.OnEstablished();
            await using var counted = new CountingStream(stream, Counters.OnBytes);
            await script(new ScriptedConnection(socket, counted), _stopping.Token);
            if (stream is SslStream secured && !socket.SafeHandle.IsClosed)
                await secured.ShutdownAsync();
        }
    }

    private async Task<SslStream?> HandshakeAsync(Stream raw)
    {
        var secured = new SslStream(raw, leaveInnerStreamOpen: true);
        try
        {
            await secured.AuthenticateAsServerAsync(_tls!, _stopping.Token);
            return secured;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            _handshakeFailures.Enqueue(error);
            await secured.DisposeAsync();
            return null;
        }
    }
}
