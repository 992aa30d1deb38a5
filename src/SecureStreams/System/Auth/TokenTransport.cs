using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>
/// An attempt that needs a token: it waits until there is one, within the bound of the attempt, and then is the transport of its protocol. Where the peer refuses the token
/// before anything but a head was sent, the attempt is made once more with another one. What the inner transport tells is in <c>TokenTransport.Sink.cs</c>.
/// </summary>
internal sealed partial class TokenTransport : StreamTransport, ITokenWaiter, ITokenUse, IMailboxWork
{
    private readonly ITransportFactory _wire;
    private readonly TokenKeeper _keeper;
    private readonly TransportSetup _setup;
    private TokenScheme _scheme;
    private StreamTransport? _inner;
    private Task _earlier = Task.CompletedTask;
    private ITimer? _bound;
    private TransportFailure? _failure;
    private long? _length; // With these two the next inner transport begins, whatever the setup said.
    private bool _paused;
    private long _since;
    private long _serial;
    private long _refused;
    private bool _isWaiting;
    private bool _isConnected;
    private bool _isClosing;
    private bool _isClosed;
    private bool _wasRefused;
    private bool _wasMissed;

    public TokenTransport(ITransportFactory wire, TokenKeeper keeper, TokenScheme scheme, TransportSetup setup)
    {
        _wire = wire;
        _keeper = keeper;
        _scheme = scheme;
        _setup = setup;
        _length = setup.TransmitLength;
        _paused = setup.ReceivePaused;
    }

    private enum Turn : long
    {
        Settled,
        TimedOut,
        Closed,
    }

    /// <inheritdoc/>
    public override bool IsTransactional => _setup.Policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3;

    /// <inheritdoc/>
    public override string? Rideshare => Inner?.Rideshare;

    /// <inheritdoc/>
    public override string? Waiting => Volatile.Read(ref _isWaiting) ? TokenFailures.DescribeWait(_scheme.Settings, _scheme.LastFailure) : null;

    /// <inheritdoc/>
    public override TransportWriter Writer => Inner?.Writer ?? ClosedWriter.Instance;

    /// <inheritdoc/>
    public override Task Completion => Inner is not { } inner ? _earlier : _earlier.IsCompleted ? inner.Completion : Task.WhenAll(_earlier, inner.Completion);

    /// <inheritdoc/>
    public override long? LastHeardOnMailbox => _inner?.LastHeardOnMailbox;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _inner?.EndpointOnMailbox;

    /// <inheritdoc/>
    public override SsConnection? Connection => Inner?.Connection;

    /// <inheritdoc/>
    public override bool CanPing => Inner?.CanPing ?? _setup.Policy.Protocol is WireProtocol.H2 or WireProtocol.WebSocket or WireProtocol.Mqtt;

    /// <inheritdoc/>
    public override bool HearsWhilePaused => Inner?.HearsWhilePaused ?? false;

    // Asked from any thread.
    private StreamTransport? Inner => Volatile.Read(ref _inner);

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _setup.Mailbox.AssertCurrent();
        _since = _keeper.Time.GetTimestamp();
        TryOnMailbox();
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        _paused = paused;
        _inner?.PauseReceiveOnMailbox(paused);
    }

    /// <inheritdoc/>
    public override void PingOnMailbox() => _inner?.PingOnMailbox();

    /// <inheritdoc/>
    public override bool AnnounceLengthOnMailbox(long length)
    {
        if (_inner is { } inner && !inner.AnnounceLengthOnMailbox(length))
            return false;
        _length = length;
        return true;
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox() => LetGoOnMailbox(static inner => inner.CloseOnMailbox());

    /// <inheritdoc/>
    public override void CloseBecauseOnMailbox(SsCauseCode because)
    {
        _isClosing = true;
        if (_inner is { } inner)
            inner.CloseBecauseOnMailbox(because);
        else
            CloseOnMailbox();
    }

    /// <inheritdoc/>
    public override void FinishOnMailbox() => LetGoOnMailbox(static inner => inner.FinishOnMailbox());

    /// <inheritdoc/>
    public override void AbortOnMailbox() => LetGoOnMailbox(static inner => inner.AbortOnMailbox());

    void ITokenWaiter.TokenSettled() => _setup.Mailbox.Post(this, (long)Turn.Settled);

    void IMailboxWork.RunOnMailbox(long argument)
    {
        if (_isClosed)
            return;
        switch ((Turn)argument)
        {
            case Turn.Settled when _isWaiting:
                _isWaiting = false;
                TryOnMailbox();
                break;
            case Turn.TimedOut when _isWaiting:
                EndOnMailbox(TokenFailures.WaitedInVain(_scheme.Settings, _setup.Policy, _scheme.LastFailure));
                break;
            case Turn.Closed:
                EndOnMailbox(_failure!);
                break;
        }
    }

    /// <summary>The token is not taken. On the mailbox, or inside it as far as the inner transport is.</summary>
    public bool RefusedOnMailbox(bool canRepeat)
    {
        // The scheme hears of it in any case: what comes after this attempt needs another token.
        var worthIt = _scheme.Refused(_serial);
        if (!worthIt || !canRepeat || _isClosing || _refused != 0)
            return false;
        return _wasRefused = true;
    }

    /// <summary>Begins the attempt, or waits, or ends.</summary>
    private void TryOnMailbox()
    {
        var look = _scheme.Look(this, _refused);

        // The policy has changed meanwhile. Where the new scheme keeps its token in the same place, it is as good.
        if (look.Failure is { Code: SsCauseCode.PolicyChanged } && _keeper.Find(_setup.Policy.Name) is { } policy && _keeper.Of(policy) is { } next && next.Settings.Blob == _scheme.Settings.Blob)
        {
            _scheme = next;
            look = next.Look(this);
        }

        switch (look.Stand)
        {
            case TokenStand.Ready:
                _serial = look.Serial;
                BeginOnMailbox();
                break;
            case TokenStand.Awaited:
                Volatile.Write(ref _isWaiting, true);
                _bound ??= _keeper.Time.CreateDetachedTimer(static state => ((TokenTransport)state!).TimedOut(), this, Left);
                break;
            default:
                _failure = look.Failure;
                _setup.Mailbox.Post(this, (long)Turn.Closed);
                break;
        }
    }

    private void BeginOnMailbox()
    {
        _bound?.Dispose();
        _bound = null;
        var inner = _wire.Create(_setup with { Sink = this, Token = this, ConnectTimeout = Left, TransmitLength = _length, ReceivePaused = _paused });
        Volatile.Write(ref _inner, inner);
        inner.StartOnMailbox();
    }

    /// <summary>What is left of the attempt's time.</summary>
    private TimeSpan Left => _setup.ConnectTimeout - _keeper.Time.GetElapsedTime(_since) is var left && left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);

    private void TimedOut() => _setup.Mailbox.Post(this, (long)Turn.TimedOut);

    private void LetGoOnMailbox(Action<StreamTransport> how)
    {
        _isClosing = true;
        if (_inner is { } inner)
        {
            how(inner);
            return;
        }

        // Nothing but a wait is under way.
        if (_isClosed || _failure is not null)
            return;
        _isWaiting = false;
        _failure = new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the attempt go while it waited for its token.");
        StopWaiting();
        _setup.Mailbox.Post(this, (long)Turn.Closed);
    }

    private void StopWaiting()
    {
        _bound?.Dispose();
        _bound = null;
        _scheme.Forget(this);
    }

    private void EndOnMailbox(TransportFailure? failure)
    {
        _isClosed = true;
        _isWaiting = false;
        StopWaiting();
        _setup.Sink.ClosedOnMailbox(this, failure);
    }
}
