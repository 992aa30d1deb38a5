using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>What goes on the wire in one attempt, and the bound on the connection that is made for it. A request that finds a connection has none.</summary>
internal sealed class AttemptMessage : HttpRequestMessage, IHttpDialObserver
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _bound;

    // Not disposed: a timer that is firing may still cancel it, and it holds nothing.
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private bool _over;
    private bool _timedOut;

    /// <param name="method">The method.</param>
    /// <param name="address">Where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="bound">How long making a connection may take.</param>
    /// <param name="cancellationToken">Ends the attempt too.</param>
    public AttemptMessage(HttpMethod method, Uri address, TimeProvider time, TimeSpan bound, CancellationToken cancellationToken)
        : base(method, address)
    {
        _time = time;
        _bound = bound;
        _registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancellation);
    }

    /// <summary>Ends the attempt: by the bound, or because the caller gave up.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>Whether the bound ended it; nothing of the request was sent then.</summary>
    public bool HasTimedOut => Volatile.Read(ref _timedOut);

    /// <summary>The failure that this is.</summary>
    public TransportFailure TimedOut => new(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"No connection within {_bound.TotalSeconds:0.###} s.") { Attribute = "connect_timeout_ms" };

    /// <inheritdoc/>
    public void DialBegan()
    {
        lock (_lock)
        {
            // The dialer has a bound of its own; where that comes first it says more.
            if (!_over && _bound < NetworkDefaults.DialTimeout)
                _timer ??= _time.CreateDetachedTimer(static message => ((AttemptMessage)message!).Fired(), this, _bound);
        }
    }

    /// <inheritdoc/>
    public void DialEnded() => StopTimer(over: false);

    /// <summary>The attempt is over. Instead of disposing: a body that HTTP/2 still sends while its answer is read already must not be disturbed.</summary>
    public void End()
    {
        StopTimer(over: true);
        _registration.Dispose();
    }

    private void StopTimer(bool over)
    {
        lock (_lock)
        {
            _over |= over;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Fired()
    {
        lock (_lock)
        {
            if (_timer is null)
                return;
            _timedOut = true;
        }

        _cancellation.Cancel();
    }
}
