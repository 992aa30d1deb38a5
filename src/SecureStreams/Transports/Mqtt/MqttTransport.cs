using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// One attempt of a stream, attached to a connection that others may share. What happens on the connection comes here in the connection's turn: inline where the stream is idle, else it waits
/// here until the stream's own turn.
/// </summary>
/// <remarks>
/// Two mailboxes meet here, and neither ever waits for the other: the connection tries to enter the stream's, and what it cannot do there at once it leaves here with a post; the stream does
/// the same with its messages. Fields say whose they are: the stream's where nothing is said.
/// </remarks>
internal sealed partial class MqttTransport : StreamTransport, IMailboxWork
{
    private readonly MqttTransportFactory _factory;
    private readonly MqttPlan _plan;
    private readonly MqttWriter _writer;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TransportSetup _setup;
    private readonly MqttOwners _owners;
    private MqttMember? _member;
    private ITimer? _timer;
    private TransportFailure? _failure;
    private SsConnection? _connection;
    private bool _paused;
    private bool _connected;
    private bool _letGo;
    private bool _closed;
    private bool _started;
    private long _openedAt;

    public MqttTransport(MqttTransportFactory factory, MqttPlan plan, TransportSetup setup)
    {
        _factory = factory;
        _plan = plan;
        _setup = setup;
        _paused = setup.ReceivePaused;
        _owners = factory.Connections.OwnersOf(setup.Stream);
        _writer = new MqttWriter(this, plan);
    }

    /// <inheritdoc/>
    public override TransportWriter Writer => _writer;

    /// <inheritdoc/>
    public override Task Completion => _started ? _done.Task : Task.CompletedTask;

    /// <inheritdoc/>
    public override bool CanPing => true;

    /// <inheritdoc/>
    public override bool HearsWhilePaused => _member is { Connection.IsResting: false };

    /// <inheritdoc/>
    /// <remarks>On a connection that others had before it, its silence begins when it comes; and what comes after that one has ended is not its.</remarks>
    public override long? LastHeardOnMailbox =>
        _connected && !_closed && !Volatile.Read(ref _isClosing) && _member!.Connection.LastHeard is { } heard ? Math.Max(heard, _openedAt) : null;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _member?.Attempt.Endpoint;

    /// <inheritdoc/>
    public override SsConnection? Connection => _connection;

    /// <summary>What the policy says.</summary>
    public MqttPlan Plan => _plan;

    /// <summary>The stream's metadata.</summary>
    public MetadataStore Metadata => _setup.Metadata;

    /// <summary>What the transport was made of.</summary>
    public TransportSetup Setup => _setup;

    /// <summary>The stream over all its attempts.</summary>
    public MqttOwners Owners => _owners;

    /// <summary>The stream as the client that it is, for messages that outlive the attempt.</summary>
    public MqttOwner Owner { get; private set; } = new();

    /// <summary>Whether the connection takes messages now. From any thread.</summary>
    public bool MaySend => !Volatile.Read(ref _isClosing) && _member is { } member && member.Connection.MaySend(_plan.Qos > 0);

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _setup.Mailbox.AssertCurrent();
        _started = true;
        _setup.ClearReceivedOnMailbox();
        _failure = _plan.Prepare(_setup.Metadata, _factory.Blobs, out var attempt);
        if (_failure is not null)
        {
            CloseFromConnection(_failure);
            return;
        }

        Attach(attempt!);
        _timer = _factory.Links.Time.CreateDetachedTimer(static state => ((MqttTransport)state!).TimerFired(), this, _setup.ConnectTimeout);
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        _setup.Mailbox.AssertCurrent();
        Volatile.Write(ref _paused, paused);
        if (_member is not { } member)
            return;
        if (!paused)
            PostTurn();
        if (!member.Connection.Mailbox.IsCurrent)
            member.Post(MqttRequest.Flow);
    }

    /// <inheritdoc/>
    public override bool AnnounceLengthOnMailbox(long length)
    {
        // What cannot be sent is refused before a byte of it is asked for. Told in a turn of its own: a callback of the stream may be the one that asks.
        if (!_connected || _writer.Refuse(length) is not { } refusal)
            return true;
        (_refused ??= new()).Enqueue(refusal);
        PostTurn();
        return false;
    }

    /// <inheritdoc/>
    public override void PingOnMailbox() => _member?.Post(MqttRequest.Ping);

    /// <inheritdoc/>
    public override void CloseOnMailbox() => LetGoOnMailbox(MqttRequest.Detach);

    /// <inheritdoc/>
    /// <remarks>What was sent is answered first, for as long as the last stream of a connection waits for that: so a move loses and doubles nothing where the broker answers.</remarks>
    public override void FinishOnMailbox()
    {
        _setup.Mailbox.AssertCurrent();
        if (!_connected || _letGo || _closed || _plan.Qos == 0)
        {
            CloseBecauseOnMailbox(SsCauseCode.PolicyChanged);
            return;
        }

        _writer.Close();
        _timer ??= _factory.Links.Time.CreateDetachedTimer(static state => ((MqttTransport)state!).FinishedFromConnection(), this, MqttDefaults.GoodbyeWait);
        _member!.Post(MqttRequest.Finish);
    }

    /// <inheritdoc/>
    public override void AbortOnMailbox() => LetGoOnMailbox(MqttRequest.Abort);

    void IMailboxWork.RunOnMailbox(long argument) => TurnOnMailbox();

    /// <summary>Messages that are released go to the connection: at once where it is idle, or in its own turn.</summary>
    public void HandOverOnMailbox(MqttBatch batch)
    {
        _setup.Mailbox.AssertCurrent();
        var member = _member!;
        member.Batch = batch;
        var connection = member.Connection;
        if (connection.Mailbox.IsCurrent)
        {
            // Inside a call of the connection: what is sent leaves at the end of its turn, together with what others say.
            connection.SendOnMailbox(member);
        }
        else if (connection.Mailbox.TryEnter())
        {
            try
            {
                connection.SendOnMailbox(member);
                connection.TurnOverOnMailbox();
            }
            finally
            {
                // Handlers of other streams are not called on top of this one.
                connection.Mailbox.ExitToScheduler();
            }
        }
        else
        {
            member.Post(MqttRequest.Send);
        }
    }

    /// <summary>Whether the stream waits to be told that it can send. In the connection's turn; asking takes it back.</summary>
    public bool TakeWants() => _writer.TakeWants();

    /// <summary>The connection has taken all that was handed to it. In its turn.</summary>
    public void WriterTakenFromConnection() => _writer.TakenOnMailboxOfConnection();

    private void Attach(MqttAttempt attempt)
    {
        var connection = _factory.Connections.Get(attempt.Key);
        Owner = _owners.Get(connection.Identity);
        var before = _owners.Last;
        _owners.Last = Owner;
        _owners.Begin(this);
        if (before is { Connection: { } other } && before != Owner)
            other.Mailbox.Post(new MailboxAction<(MqttConnection Other, MqttOwner Before, MqttOwners Owners)>((other, before, _owners), static item => item.Other.GiveUpOnMailbox(item.Before, item.Owners)));
        Owner.Connection = connection;
        Volatile.Write(ref _member, new MqttMember(connection, this, attempt));
        _member!.Post(MqttRequest.Attach);
    }

    private void LetGoOnMailbox(MqttRequest how)
    {
        _setup.Mailbox.AssertCurrent();
        if (_letGo)
            return;
        Volatile.Write(ref _letGo, true);
        _failure ??= new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the connection go.");
        _writer.Close();
        StopTimer();

        // Of a piece that it has in hand it is known only afterwards whether it has taken it.
        if (_isDelivering)
            _askedMeanwhile = how;
        else
            _member?.Post(how);
    }

    private void TimerFired() => _member?.Post(MqttRequest.TimedOut);

    private void StopTimer()
    {
        _timer?.Dispose();
        _timer = null;
    }
}
