using System.Net;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Raw;

/// <summary>A raw server: every connection is a stream.</summary>
internal sealed class RawListener : SsListener
{
    private readonly LocalContext _context;
    private readonly Func<SecureStream, SecureStreamHandler?> _accept;
    private readonly ILogger _logger;
    private readonly ListenerPolicy _policy;
    private readonly ServerTls? _tls;
    private readonly Dialer _dialer;
    private readonly LinkContext _links;
    private readonly AcceptedStreams _accepted;
    private readonly ListenSocket _socket;
    private readonly ListenerEnd _end;
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Connections on their way to the application, and one for as long as more may come.
    private int _arriving = 1;

    private RawListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        _context = context;
        _accept = accept;
        var options = context.Options;
        _logger = new GuardedLogger(options.LoggerFactory.CreateLogger("SecureStreams.Server"));
        _policy = new ListenerPolicy(context, policy, _logger);
        _accepted = context.NewAcceptedStreams();
        if (policy.Tls)
        {
            _tls = new ServerTls(policy.Name, context.Blobs, options.Platform.Time, _logger);
            _tls.Check(policy);
        }

        try
        {
            _socket = ListenSocket.Bind(_policy.Now, options.Platform, _logger, reason => context.Runtime.Telemetry.Instruments.Dropped(policy.Name, reason));
        }
        catch
        {
            _tls?.Dispose();
            throw;
        }

        _dialer = new Dialer(options.Platform, blobs: context.Blobs); // Never dials: connections share its clock and plans.
        _links = new LinkContext(options.Platform, _dialer);
        _end = new ListenerEnd(_accepted, _policy.Now, StopAsync, Free);
    }

    /// <inheritdoc/>
    public override string StreamType => _policy.Began.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<EndPoint> EndPoints => _socket.EndPoints;

    /// <inheritdoc/>
    public override IReadOnlyCollection<SecureStream> Streams => _accepted.All;

    /// <summary>Connections that are open, for tests.</summary>
    internal int Connections => _socket.Connections;

    /// <summary>Binds and begins to accept.</summary>
    /// <exception cref="SsPolicyException">The policy says nothing that can be listened on, or its certificate cannot be used.</exception>
    /// <exception cref="IOException">The address or path cannot be had.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public static RawListener Start(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        var listener = new RawListener(context, policy, accept);
        if (!context.TryAdd(listener))
        {
            listener._socket.Dispose();
            listener.Free();
            throw new ObjectDisposedException(typeof(LocalContext).FullName);
        }

        listener._socket.Start(listener.Arrived);
        return listener;
    }

    /// <inheritdoc/>
    public override ValueTask<int> DrainAsync(CancellationToken cancellationToken = default) => _end.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _end.DisposeAsync();

    /// <summary>Accepts a connection or refuses it. In a turn of its own, since it runs the application's code.</summary>
    public void Take(AcceptedSocket accepted)
    {
        try
        {
            if (_accepted.Accept(_policy.Now(), _accept, setup => new RawServerTransport(_links, setup, accepted, _tls)) != AcceptOutcome.Accepted)
                accepted.Dispose();
        }
        finally
        {
            TakenOne();
        }
    }

    private void Arrived(AcceptedSocket accepted)
    {
        Interlocked.Increment(ref _arriving);
        _accepted.Platform.Scheduler.Schedule(new RawArrival(this, accepted));
    }

    private void TakenOne()
    {
        if (Interlocked.Decrement(ref _arriving) == 0)
            _taken.TrySetResult();
    }

    private async Task StopAsync(bool draining)
    {
        await _socket.StopAsync(draining).ConfigureAwait(false);
        TakenOne();
        await _taken.Task.ConfigureAwait(false);
    }

    private void Free()
    {
        _context.Forget(this);
        _tls?.Dispose();
        _dialer.Dispose();
    }
}
