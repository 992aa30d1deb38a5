using System.Net.Sockets;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Network;
using SecureStreams.Simulation.Protocol;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Transport;

/// <summary>
/// What both flavours share: the dial, one loop that reads and delivers inside the mailbox, the bound of the attempt, and an end that is told once. The first failure
/// wins.
/// </summary>
internal abstract class SimTransport : StreamTransport, IFrameSink
{
    private readonly Dialer _dialer;
    private readonly MailboxEntry _entry;
    private readonly CancellationTokenSource _abort = new();

    // Completes inline, on the simulation's thread.
    private readonly TaskCompletionSource _completion = new();
    private readonly FrameParser _parser = new();
    private readonly SimWriter _writer;
    private TaskCompletionSource? _resume;
    private TransportFailure? _failure;
    private DialedConnection? _connection;
    private ITimer? _bound;
    private bool _started;
    private bool _closedInOrder;

    protected SimTransport(SimWorld world, SimAttempt attempt, TransportSetup setup, Dialer dialer)
    {
        World = world;
        Attempt = attempt;
        attempt.Transport = this;
        Setup = setup;
        _dialer = dialer;
        _entry = new MailboxEntry(setup.Mailbox);
        _writer = new SimWriter(this, setup.Mailbox);
        IsPaused = setup.ReceivePaused;
    }

    public override TransportWriter Writer => _writer;

    public override Task Completion => _started ? _completion.Task : Task.CompletedTask;

    public override long? LastHeardOnMailbox => _connection switch
    {
        null => null,
        _ when World.Mutant == Mutant.AlwaysHeard => World.Clock.Now,
        { Wire: var wire } => wire.LastHeard,
    };

    /// <summary>Whether it delivers nothing any more.</summary>
    public bool IsStopped { get; private set; }

    public ITransportSink Sink => Setup.Sink;

    /// <summary>Whether its protocol has no messages.</summary>
    public bool IsRaw => Setup.Policy.Protocol == WireProtocol.Raw;

    protected SimWorld World { get; }

    protected SimAttempt Attempt { get; }

    protected TransportSetup Setup { get; }

    protected bool IsPaused { get; private set; }

    /// <summary>Whether the bound of the attempt has done its work.</summary>
    protected bool IsEstablished { get; private set; }

    public override void StartOnMailbox()
    {
        _started = true;
        _bound = World.Clock.CreateTimer(static state => ((SimTransport)state!).BoundFired(), this, Setup.ConnectTimeout, Timeout.InfiniteTimeSpan);
        _ = RunAsync();
    }

    public override void PauseReceiveOnMailbox(bool paused)
    {
        IsPaused = paused;
        if (paused)
            return;
        if (World.Mutant == Mutant.DeliversInsideCalls && !IsStopped && !_parser.Feed([], this))
            return;
        _resume?.TrySetResult();
    }

    public override void CloseOnMailbox() => StopOnMailbox(new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the connection go."));

    public override void CloseBecauseOnMailbox(SsCauseCode because)
    {
        if (!IsStopped)
            World.LetGo(Attempt, because);
        CloseOnMailbox();
    }

    /// <summary>Ends it because of <paramref name="failure"/>, unless it has ended already.</summary>
    public void StopOnMailbox(TransportFailure? failure)
    {
        if (IsStopped)
            return;
        IsStopped = true;
        SimWorld.AttemptStopped(Attempt);
        _failure = World.Mutant == Mutant.WrongCause && failure is not null ? failure with { Phase = SsPhase.Peer, Code = SsCauseCode.PeerClosed } : failure;
        _writer.Open = false;
        _bound?.Dispose();
        if (_connection is { } connection)
        {
            if (!_closedInOrder && IsEstablished && failure is { Code: SsCauseCode.LocalDisconnect })
                Send(FrameType.Close, 0);
            connection.Stream.Dispose();
        }

        _abort.Cancel();
        _resume?.TrySetResult();
    }

    /// <summary>Ends it in a turn of its own.</summary>
    public void EndLater(TransportFailure failure) =>
        Setup.Mailbox.Post(new MailboxAction<(SimTransport Transport, TransportFailure Failure)>((this, failure), static one => one.Transport.StopOnMailbox(one.Failure)));

    /// <summary>Sends a frame without payload at once.</summary>
    public void Send(FrameType type, int number)
    {
        Span<byte> frame = stackalloc byte[Frame.HeaderBytes];
        Frame.Write(frame, type, 0, number, []);
        _writer.Raw(frame);
    }

    /// <summary>The connection's bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return _connection!.Stream.WriteAsync(bytes);
        }
        catch (SocketException)
        {
            // The reading loop meets the same failure and tells it.
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public abstract bool TakeFrame(FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload);

    /// <summary>The connection stands: says hello.</summary>
    protected abstract void DialedOnMailbox();

    /// <summary>What the end of the peer's bytes means.</summary>
    protected abstract TransportFailure? EndOfBytes(bool insideFrame);

    /// <summary>The attempt has become a connection: its bound ends.</summary>
    protected void Establish()
    {
        IsEstablished = true;
        _bound?.Dispose();
    }

    /// <summary>The head of an answer has come: from now on the rest of it may not stand still.</summary>
    protected void BoundSilence() => _bound = World.Clock.CreateTimer(static state => ((SimTransport)state!).SilenceFired(), this, TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);

    /// <summary>This side has ended in order: what the peer still has to say is waited for, as long as it says something.</summary>
    protected void FinishWithin(TimeSpan silence)
    {
        if (!_closedInOrder)
            Send(FrameType.Close, 0);
        _closedInOrder = true;
        _writer.Open = false;
        _bound?.Dispose();
        _bound = World.Clock.CreateTimer(static state => ((SimTransport)state!).FinishFired(), this, silence, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The peer has closed in order, so that nothing is owed to it.</summary>
    protected void PeerClosed(TransportFailure? failure)
    {
        _closedInOrder = true;
        StopOnMailbox(failure);
    }

    /// <summary>A piece for the stream. False when it waits.</summary>
    protected bool Deliver(SsRxFlags flags, ReadOnlySpan<byte> payload)
    {
        if (IsPaused)
            return false;
        Sink.ReceivedOnMailbox(this, payload, flags);
        if (World.Mutant == Mutant.DeliversTwice && World.Random.OneIn(500))
            Sink.ReceivedOnMailbox(this, payload, flags);
        return true;
    }

    private void BoundFired() => Setup.Mailbox.Post(new MailboxAction<SimTransport>(this, static transport => transport.StopOnMailbox(
        new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout, "The peer did not answer within the bound."))));

    private void SilenceFired() => Setup.Mailbox.Post(new MailboxAction<SimTransport>(this, static transport => transport.StopOnMailbox(
        new TransportFailure(SsPhase.Timeout, SsCauseCode.InactivityTimeout, "The answer of the peer stands still."))));

    private void FinishFired() => Setup.Mailbox.Post(new MailboxAction<SimTransport>(this, static transport =>
    {
        transport.Attempt.FinishCut = true;
        transport.StopOnMailbox(new TransportFailure(SsPhase.Timeout, SsCauseCode.PeerUnresponsive, "The peer did not answer the end of the connection."));
    }));

    private async Task RunAsync()
    {
        TransportFailure? failure = null;
        try
        {
            var target = new DialTarget { Host = SimNetwork.NameOf(Attempt), Port = 7 };
            var connection = await _dialer.DialAsync(target, _abort.Token).ConfigureAwait(false);
            using (await _entry)
            {
                _connection = connection;
                if (IsStopped)
                    connection.Stream.Dispose();
                else
                    DialedOnMailbox();
            }

            var buffer = new byte[1024];
            while (!IsStopped)
            {
                // A handshake is no payload: only what follows it can be paused.
                if (IsPaused && IsEstablished)
                {
                    await (_resume = new TaskCompletionSource()).Task.ConfigureAwait(false);
                    using (await _entry)
                        FeedOnMailbox([]);
                    continue;
                }

                var bytes = await connection.Stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
                if (World.Mutant == Mutant.CallsBesideTheMailbox && bytes > 0 && World.Random.OneIn(50))
                {
                    FeedOnMailbox(buffer.AsSpan(0, bytes));
                    continue;
                }

                using (await _entry)
                {
                    if (IsStopped)
                        break;
                    if (bytes == 0)
                        StopOnMailbox(EndOfBytes(_parser.IsInside));
                    else
                        FeedOnMailbox(buffer.AsSpan(0, bytes));
                }
            }
        }
        catch (Exception error)
        {
            failure = NetworkErrors.FromException(error, "reading from the simulated peer");
        }

        using (await _entry)
        {
            StopOnMailbox(failure);
            Sink.ClosedOnMailbox(this, _failure);
        }

        _abort.Dispose();
        _completion.TrySetResult();
    }

    private void FeedOnMailbox(ReadOnlySpan<byte> bytes)
    {
        if (IsStopped)
            return;
        if (!_parser.Feed(bytes, this))
            StopOnMailbox(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, "The simulated peer sent what is no frame."));
    }
}
