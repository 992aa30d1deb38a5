using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Core.RandomLife;

/// <summary>A stream under random life: what it was told and asked, and what therefore must and must not come next.</summary>
/// <remarks>Everything in it happens on one thread. The base records and checks what holds for every stream: legal steps, no overlap, nothing after Destroying.</remarks>
internal sealed class LifeStream(LifeWorld world, string streamType) : RecordingHandler
{
    private readonly List<string> _faults = [];
    private SsCause _promise;
    private TimeSpan _promiseDue;
    private bool _connectAsked;
    private bool _transmitAsked;
    private bool _unsure;

    public SecureStream? Stream { get; private set; }

    /// <summary>The attempts so far, the last one last.</summary>
    public List<LifePeer> Peers { get; } = [];

    /// <summary>Disposals under way by whoever asked from outside.</summary>
    public List<Task> Disposals { get; } = [];

    public bool IsTransactional { get; } = streamType.StartsWith("h1", StringComparison.Ordinal);

    /// <summary>A cycle was announced and not yet ended.</summary>
    public bool IsOwedEnd { get; private set; }

    public bool IsConnected { get; private set; }

    public bool IsGone { get; private set; }

    /// <summary>When it is due to try again, if it waits for that.</summary>
    public TimeSpan? WaitsUntil => IsOwedEnd && !IsGone && Live is null ? _promiseDue : null;

    private LifePeer? Live => Peers.Count > 0 && !Peers[^1].Peer.Ended.IsCompleted ? Peers[^1] : null;

    public void Attempt(LifePeer peer)
    {
        Require(Live is null, "A second transport started while the one before had not ended.");
        Require(IsOwedEnd, "An attempt was made that nothing announced.");
        Peers.Add(peer);
    }

    /// <summary>Does something an application may do, from inside a callback or from outside, and names it.</summary>
    public string Act(Random random, bool inside)
    {
        var stream = Stream!;
        var what = random.Next(inside ? 92 : 100);
        try
        {
            switch (what)
            {
                case < 22:
                    _connectAsked |= !IsConnected && !IsOwedEnd && Live is null;
                    stream.Connect();
                    return "Connect()";
                case < 40:
                    _transmitAsked = true;
                    stream.RequestTransmit();
                    return "RequestTransmit()";
                case < 46:
                    _transmitAsked = true;
                    stream.RequestTransmit(random.Next(100));
                    return "RequestTransmit(n)";
                case < 58:
                    stream.Disconnect();
                    Forget();

                    // From outside it is carried out later, and takes back what callbacks ask for until then.
                    _unsure |= !inside;
                    return "Disconnect()";
                case < 64:
                    stream.PauseReceive();
                    return "PauseReceive()";
                case < 74:
                    stream.ResumeReceive();
                    return "ResumeReceive()";
                case < 82:
                    stream.StartTimeout(TimeSpan.FromMilliseconds(random.Next(4000)));
                    return "StartTimeout()";
                case < 84:
                    stream.CancelTimeout();
                    return "CancelTimeout()";
                case < 89:
                    stream.SetMetadata("m", "v");
                    return "SetMetadata()";
                case < 90:
                    var disposal = stream.DisposeAsync().AsTask();
                    if (inside)
                        Require(disposal.IsCompleted, "DisposeAsync inside a callback did not complete at once.");
                    else
                        Disposals.Add(disposal);
                    return "DisposeAsync()";
                default:
                    return "nothing";
            }
        }
        catch (ObjectDisposedException)
        {
            Require(stream.State == SsState.Destroying, "A call was refused although the stream is not destroyed.");
            return "refused call";
        }
    }

    /// <summary>Nothing is scheduled any more: what must hold while the world stands still.</summary>
    public void AssertAtRest(TimeSpan now)
    {
        if (_unsure)
            Forget();
        _unsure = false;
        if (!IsGone && Stream is not null)
        {
            Require(!IsConnected || Live is not null, "It is connected without a transport.");
            Require(!IsOwedEnd || Live is not null || _promise.NextAction == SsNextAction.Retry, "A cycle was announced and neither goes on nor has ended.");
            Require(WaitsUntil is not { } due || due > now, $"It promised an attempt at {_promiseDue} and made none.");
            var idle = !IsOwedEnd && !IsConnected;
            Require(!idle || Live is null, "It is idle and has a transport.");
            Require(!idle || !_connectAsked, "Connect() was lost.");
            Require(!idle || !_transmitAsked, "RequestTransmit() of an idle stream was lost.");
            Require(!_transmitAsked || IsTransactional || !IsConnected || Live is { Stalled: true }, "RequestTransmit() of a connected stream was lost.");
        }

        Require(!IsGone || Live is null, "It is destroyed and its transport has not ended.");
        AssertClean();
        if (_faults.Count > 0)
            throw new InvalidOperationException($"{streamType}: {string.Join(" ", _faults)}\n{Describe()}");
    }

    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        Stream = stream;
        var cause = change.Cause;
        switch (change.State)
        {
            case SsState.Poll or SsState.Connecting:
                IsOwedEnd = true;
                _connectAsked = false;
                _promise = default;
                break;
            case SsState.Unreachable:
                IsOwedEnd = true;
                Promise(cause);
                break;
            case SsState.Connected:
                Require(!IsConnected, "Connected came twice.");
                IsConnected = true;
                IsOwedEnd = false;
                break;
            case SsState.Disconnected:
                Require(IsConnected, "Disconnected came without Connected.");
                IsConnected = false;
                _transmitAsked = false;
                IsOwedEnd = cause.NextAction == SsNextAction.Retry;
                Promise(cause);
                break;
            case SsState.AllRetriesFailed:
                Require(IsOwedEnd, "AllRetriesFailed came without a cycle to end, or twice.");
                Require(!IsConnected, "AllRetriesFailed came while connected.");
                IsOwedEnd = false;
                _transmitAsked = false;
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote when IsTransactional:
                Require(IsConnected, "An acknowledgement came while not connected.");
                _transmitAsked = false;
                break;
            case SsState.Destroying:
                Require(!IsConnected, "Destroying came between Connected and Disconnected.");
                IsGone = true;
                break;
        }

        return React(stream);
    }

    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Require(IsConnected, "A piece came while not connected.");
        return React(stream);
    }

    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        _transmitAsked = false;
        var random = world.Random;
        for (var pieces = random.Next(3); pieces > 0 && tx.MoreRoom; pieces--)
            tx.Commit(Math.Min(random.Next(5000), tx.Buffer.Length), random.Next(3) == 0 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        return React(stream) switch
        {
            SsResult.Continue => random.Next(5) == 0 ? SsTransmitResult.Nothing : SsTransmitResult.Send,
            SsResult.Disconnect => SsTransmitResult.Disconnect,
            _ => SsTransmitResult.Destroy,
        };
    }

    private SsResult React(SecureStream stream)
    {
        var random = world.Random;
        if (random.Next(100) < 70)
            return SsResult.Continue;
        for (var actions = random.Next(3); actions > 0; actions--)
            world.Tell($"   #{stream.Id} inside: {Act(random, inside: true)}");
        if (random.Next(40) == 0)
            world.Tell($"   inside: {world.ActOnAnother(this)}");
        switch (random.Next(30))
        {
            case < 4:
                // What it drops is a matter of what stands when the callback has returned.
                _unsure = true;
                return SsResult.Disconnect;
            case 4:
                return SsResult.Destroy;
            case < 7:
                _unsure = true;
                throw new InvalidOperationException("thrown by the handler");
            default:
                return SsResult.Continue;
        }
    }

    private void Promise(SsCause cause)
    {
        _promise = cause;
        _promiseDue = world.Now + cause.NextDelay;
    }

    private void Forget() => _connectAsked = _transmitAsked = false;

    private void Require(bool holds, string text)
    {
        if (!holds)
            _faults.Add(text);
    }
}
