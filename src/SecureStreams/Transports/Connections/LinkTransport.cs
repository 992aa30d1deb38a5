using System.Net.Security;
using System.Runtime.CompilerServices;
using SecureStreams.Implementation;
using SecureStreams.Network;
using SecureStreams.Telemetry;

namespace SecureStreams.Transports.Connections;

/// <summary>
/// A connection that lasts, under one bound from the dial until it can be used: what raw, ws and mqtt have in common. A protocol says what its first bytes are, what it makes
/// of those that arrive, and how it says goodbye.
/// </summary>
/// <remarks>
/// One loop (<see cref="RunAsync"/>) dials, reads, and ends the connection; it is the drain of the mailbox, so a message that arrives costs no hop. The first cause of an
/// end wins. Three stages of ending: <see cref="HasLetGo"/> (the stream wants to hear nothing more; what it released is still sent), <see cref="IsOver"/> (the socket is
/// closed, the loop is on its way out), Closed.
/// </remarks>
internal abstract partial class LinkTransport : StreamTransport, ILinkOutputOwner
{
    private readonly MailboxEntry _entry;
    private readonly LinkSignal _wake = new();
    private readonly LinkPlan _plan;
    private Stream? _stream;
    private ILinkWire? _wire;
    private TransportFailure? _failure;
    private Task _run = Task.CompletedTask;
    private bool _paused;
    private bool _waiting;
    private bool _letGo;
    private bool _over;
    private bool _usable;
    private bool _peerEnded;
    private bool _filled;
    private bool _waitsEmpty;
    private DialTarget? _next;

    /// <param name="links">What connections share.</param>
    /// <param name="setup">The stream's.</param>
    /// <param name="overhead">What framing adds to a piece at most.</param>
    protected LinkTransport(LinkContext links, TransportSetup setup, int overhead = 0)
    {
        Links = links;
        Setup = setup;
        _plan = links.PlanOf(setup.Policy);
        _entry = new MailboxEntry(setup.Mailbox);
        _paused = setup.ReceivePaused;
        Output = new LinkOutput(setup.Mailbox, this, setup.Policy.TransmitWatermarkHigh, overhead);
    }

    /// <inheritdoc/>
    public override Task Completion => _run;

    /// <inheritdoc/>
    /// <remarks>Not once its end has begun: that has bounds of its own, and its reason is told when it is over. Nor from a peer whose side has ended in order, which cannot say anything any more.</remarks>
    public override long? LastHeardOnMailbox => !_letGo && !_peerEnded && _writeFailure is null ? WireHeardOnMailbox : null;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _endpoint;

    /// <inheritdoc/>
    public override SsConnection? Connection => _connection;

    /// <summary>When anything came from the peer the last time, also while the connection ends; null where it is not usable, or over.</summary>
    protected long? WireHeardOnMailbox => _usable && !_over ? _wire!.LastHeard : null;

    /// <summary>What connections share.</summary>
    protected LinkContext Links { get; }

    /// <summary>The stream's.</summary>
    protected TransportSetup Setup { get; }

    /// <summary>The way out.</summary>
    protected LinkOutput Output { get; }

    /// <summary>Whether the stream itself has let go, or the connection was left in its place.</summary>
    protected bool IsLetGo => _letGo;

    /// <summary>Whether the stream wants to hear nothing but the end. To be asked after every call of the sink.</summary>
    protected bool HasLetGo => _letGo || _over;

    /// <summary>Whether payload may be given to the stream now. To be asked after every call of the sink.</summary>
    protected bool MayDeliver => !_paused && !_letGo && !_over;

    /// <summary>Whether the last read filled its buffer, so that more has probably arrived.</summary>
    protected bool MoreHasArrived => _filled;

    /// <summary>What the policy says of connections.</summary>
    protected LinkPlan Link => _plan;

    /// <summary>Whether the peer has ended its side.</summary>
    protected bool PeerEnded => _peerEnded;

    /// <summary>Whether the connection is closed, or about to be.</summary>
    protected bool IsOver => _over;

    /// <summary>What it waits for between <see cref="OpenedOnMailbox"/> and <see cref="ConnectedOnMailbox"/>, for who reads that the time ran out then.</summary>
    protected virtual string Opening => "until it can be used";

    /// <summary>How long the attempt may take until the connection can be used; null where somebody else sees to that.</summary>
    protected virtual TimeSpan? AttemptBound => Setup.ConnectTimeout;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        if (BeginsAnew)
            Setup.ClearReceivedOnMailbox();
        _failure = ResolveOnMailbox(_plan, out var target);
        _run = RunAsync(_failure is null ? target : null);
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        Setup.Mailbox.AssertCurrent();
        Volatile.Write(ref _paused, paused);
        if (!paused)
            WakeOnMailbox();
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        if (_letGo)
            return;
        LetGoOnMailbox();
        if (_over)
            return;
        if (_usable && _writeFailure is null)
            SayGoodbyeOnMailbox();
        else
            EndOnMailbox(null);
    }

    /// <inheritdoc/>
    public override void AbortOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        LetGoOnMailbox();
        if (_over)
            return;
        _wire?.Abort();
        EndOnMailbox(null);
    }

    /// <summary>Where the attempt leads.</summary>
    /// <returns>Why it leads nowhere, or null.</returns>
    protected virtual TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target) =>
        plan.Resolve(Setup.Metadata, default(SslApplicationProtocol), 0, out target);

    /// <summary>Bytes can be sent and will be received: a protocol says its first ones, or <see cref="ConnectedOnMailbox"/> at once.</summary>
    protected abstract void OpenedOnMailbox();

    /// <summary>Makes the connection that the attempt leads to. The default dials one of its own. Not on the mailbox, and maybe still under way when the connection is over.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="progress">How far the dial has come.</param>
    /// <param name="cancellationToken">The attempt is over: whoever cancels has said why.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected virtual async ValueTask<LinkCarrier> OpenAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        var connection = await Links.Dialer.DialAsync(target, progress, cancellationToken).ConfigureAwait(false);
        DialSpans.Dialed(Setup.Activity, target, connection, Links.Time);
        return new LinkCarrier(connection.Stream, connection.Wire) { Summary = connection.Summary, Facts = connection.Facts, Report = connection };
    }

    /// <summary>Whether the peer, now that everything is said, waits for this side to end the connection, which cannot end one of its sides alone.</summary>
    protected virtual bool EndsFirstOnMailbox => false;

    /// <summary>Whether what is known of the peer from before the attempt is of no use any more.</summary>
    protected virtual bool BeginsAnew => true;

    /// <summary>How far the attempt has come; null once it has succeeded.</summary>
    protected virtual DialProgress? ProgressOnMailbox => _progress;

    /// <summary>What it means that <see cref="AttemptBound"/> has run out.</summary>
    protected virtual TransportFailure AttemptTimedOutOnMailbox() => ProgressOnMailbox!.TimedOut(AttemptBound ?? Setup.ConnectTimeout, _plan.BoundedBy, opening: Opening);

    /// <summary>What had arrived is used up: the next read has to wait, or reading rests. Told after a read that filled its buffer only.</summary>
    protected virtual void ReadDryOnMailbox()
    {
    }

    /// <summary>Bytes arrived. They are the protocol's to change, and gone when the call returns.</summary>
    /// <returns>How many were used: all, or fewer because delivery is paused. The rest comes again once it is resumed.</returns>
    protected abstract int ArrivedOnMailbox(Span<byte> bytes);

    /// <summary>The peer has ended its side in order, behind everything that arrived. Sending goes on.</summary>
    protected abstract void PeerEndedOnMailbox();

    /// <summary>A flush that had to wait is done: more can be put in.</summary>
    protected abstract void WritableOnMailbox();

    /// <summary>The stream has let a usable connection go: the protocol's last words go into <see cref="Output"/>. The default has none and ends this side.</summary>
    protected virtual void SayGoodbyeOnMailbox() => EndSendingOnMailbox();

    /// <summary>Bytes arrived after the stream had let go. The default drops them.</summary>
    protected virtual void ArrivedTooLateOnMailbox(Span<byte> bytes)
    {
    }

    /// <summary>The peer has ended its side after the stream had let go. The default waits for what is left to be sent.</summary>
    protected virtual void PeerEndedTooLateOnMailbox()
    {
    }

    /// <summary>The connection can be used: the bound on the attempt is over.</summary>
    /// <param name="received">What the peer said that is for metadata, a place for each declared name; what is to be said of the connection is added. Null for nothing.</param>
    protected void ConnectedOnMailbox(string?[]? received = null)
    {
        _usable = true;
        _progress = null; // Its story of the dial is not needed any more.
        StopTimer();
        if (!_plan.Dial.Facts.IsEmpty)
        {
            received ??= new string?[Setup.Policy.Metadata.Length];
            _plan.Dial.Facts.Fill(_facts, received);
            _facts = null;
        }

        if (received is not null)
            Setup.PublishReceivedOnMailbox(received);
        Setup.Sink.ConnectedOnMailbox(this);
    }

    /// <summary>The attempt goes on with another connection; this one is closed. Only before <see cref="ConnectedOnMailbox"/>, and the bound on the attempt goes on.</summary>
    protected void RedialOnMailbox(DialTarget target)
    {
        Setup.Mailbox.AssertCurrent();
        _next = target;
        _writeFailure = null; // Of a connection that does not count any more.
        Output.AbandonOnMailbox();
        _wire?.Dispose();
    }

    /// <summary>As if the stream had let go, because of <paramref name="failure"/>: what was released is still sent, then the connection ends, within bounds.</summary>
    protected void LeaveOnMailbox(TransportFailure failure)
    {
        Setup.Mailbox.AssertCurrent();
        _failure ??= failure;
        LetGoOnMailbox();
        if (!_over)
            EndSendingOnMailbox();
    }

    /// <summary>The connection is over, at once; Closed follows from the loop. The first cause wins.</summary>
    /// <param name="failure">Why; null for as it should.</param>
    protected void EndOnMailbox(TransportFailure? failure)
    {
        Setup.Mailbox.AssertCurrent();
        if (_over)
            return;
        _failure ??= failure;
        Volatile.Write(ref _over, true);
        StopTimer();
        _writeWatch?.Dispose();
        Output.AbandonOnMailbox();
        _dialing?.GiveUp();
        _wire?.Dispose();
        EndedOnMailbox();
        WakeOnMailbox();
    }

    /// <summary>The connection is over, once: what a protocol holds for it goes back. A callback of the stream may be under way.</summary>
    protected virtual void EndedOnMailbox()
    {
    }

    private void LetGoOnMailbox()
    {
        if (_letGo)
            return;
        if (!_over)
            _failure ??= new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the connection go.");
        Volatile.Write(ref _letGo, true);
        WakeOnMailbox();
    }

    private void WakeOnMailbox()
    {
        if (!_waiting)
            return;
        _waiting = false;
        _wake.Set();
    }
}
