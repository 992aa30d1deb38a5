using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using SecureStreams.Network;

namespace SecureStreams.Admin;

/// <summary>
/// A Unix socket by which an operator on the same machine asks a context and changes its policy: one JSON request for a connection, up to the end of what the client sends, and one JSON answer. For the
/// user that the process runs as, and for root. Disposing it ends it and removes the path.
/// </summary>
internal sealed class AdminSocket : IDisposable
{
    private const int SocketLevel = 1; // SOL_SOCKET of Linux.
    private const int PeerCredentials = 17; // SO_PEERCRED: struct ucred { pid, uid, gid }, unix(7); of one that listens: of who made it listen.

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly AdminAnswers _answers;
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _free = new(AdminDefaults.MostConnections);
    private readonly uint? _own;

    /// <summary>Binds; nobody is answered before <see cref="Begin"/>.</summary>
    /// <param name="context">The context that is asked.</param>
    /// <param name="path">The path.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the operator is told.</param>
    /// <exception cref="IOException">The path cannot be had; the message says why and what mends it.</exception>
    public AdminSocket(LocalContext context, string path, TimeProvider time, ILogger logger)
    {
        _path = path;
        _time = time;
        _logger = logger;
        _answers = new AdminAnswers(context, action => AdminLog.Asked(logger, action));
        _listener = Listen(path);
        _own = UserOf(_listener);
    }

    /// <summary>Begins to answer.</summary>
    public void Begin()
    {
        AdminLog.Listens(_logger, _path);
        using (ExecutionContext.IsFlowSuppressed() ? null : (IDisposable)ExecutionContext.SuppressFlow())
            _ = AcceptAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ending.IsCancellationRequested)
            return;
        _ending.Cancel();

        // Before the socket is closed, so that it cannot be another's by then.
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It stays behind, as after a crash; whoever comes next removes it.
        }

        _listener.Dispose();
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixSocketFile.RemoveStale(path);
            if (OperatingSystem.IsLinux())
            {
                // The path gets the mode of the socket (unix(7)): so that there is no moment in which it has that of the umask.
                using var handle = new SafeFileHandle(socket.Handle, ownsHandle: false);
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(AdminDefaults.Backlog);
            return socket;
        }
        catch (Exception error) when (error is SocketException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new IOException($"The admin socket '{path}' cannot be had: {Explain(error)}", error);
        }
    }

    private static string Explain(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => "another program listens there, or a file that is no socket stands there; choose another path.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } => "its folder is not there or must not be written; make the folder, or choose another path.",
        ArgumentException => "it is empty or too long for a Unix socket (about 100 bytes); choose another path.",
        _ => error.Message,
    };

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            Socket? client = null;
            try
            {
                await _free.WaitAsync(_ending.Token).ConfigureAwait(false);
                client = await _listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                _free.Release();
                if (_ending.IsCancellationRequested)
                    return;
                AdminLog.AcceptFailed(_logger, error.Message);
                await Task.Delay(AdminDefaults.AcceptPause, _time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        // Off the loop that accepts, which what follows may keep for long.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using (client)
            {
                if (_own is { } own && UserOf(client) is { } user && user != own && user != 0)
                {
                    AdminLog.Stranger(_logger, user, own);
                    return;
                }

                var request = await ReadAsync(client).ConfigureAwait(false);
                var answer = request is null ? AdminAnswers.Failed($"a request has at most {AdminDefaults.LargestRequestBytes} bytes") : _answers.To(request.WrittenMemory);
                using var bound = new CancellationTokenSource(AdminDefaults.Bound, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _ending.Token);
                for (var left = answer; !left.IsEmpty;)
                    left = left[await client.SendAsync(left, either.Token).ConfigureAwait(false)..];
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It went away, took too long, or the context ended: there is nobody to be told.
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>All that the client sends; null when it is too much.</summary>
    private async Task<ArrayBufferWriter<byte>?> ReadAsync(Socket client)
    {
        using var bound = new CancellationTokenSource(AdminDefaults.Bound, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _ending.Token);
        var all = new ArrayBufferWriter<byte>();
        int count;
        while ((count = await client.ReceiveAsync(all.GetMemory(4096), either.Token).ConfigureAwait(false)) > 0)
        {
            all.Advance(count);
            if (all.WrittenCount > AdminDefaults.LargestRequestBytes)
                return null;
        }

        return all;
    }

    /// <summary>The user at the other end; null where the system does not say.</summary>
    private static uint? UserOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return null; // There the mode of the path alone keeps others out.
        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == credentials.Length ? MemoryMarshal.Cast<byte, uint>(credentials)[1] : null;
    }
}
