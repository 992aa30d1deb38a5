using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Network;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt.OverWebSocket;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// One network connection to a broker: CONNECT and CONNACK, then packets both ways, under the keep-alive. What packets are about is its owner's, which outlives it. Everything is the owner's mailbox's.
/// </summary>
internal sealed partial class MqttLink : LinkTransport
{
    private readonly MqttConnection _owner;
    private readonly MqttMember _first;
    private readonly MqttPacketReader _reader;
    private LinkCarrier? _carrier;
    private volatile bool _isUpgrading;
    private bool _isUp;
    private bool _isReading;
    private bool _ended;
    private long _upSince;
    private byte[]?[]? _aliases;

    /// <param name="owner">Whose it is.</param>
    /// <param name="first">The stream's attempt that it is made for: it says where to, and how.</param>
    /// <param name="setup">With the owner's mailbox and sink.</param>
    public MqttLink(MqttConnection owner, MqttMember first, TransportSetup setup)
        : base(owner.Factory.Links, setup)
    {
        _owner = owner;
        _first = first;
        _reader = MqttPacketReader.ForClient(Settings.Version, new MqttReaderLimits { TopicAliasMaximum = Settings.TopicAliases });
        _keepAlive = TimeSpan.FromSeconds(Settings.KeepAliveSeconds);
    }

    /// <inheritdoc/>
    public override TransportWriter Writer => ClosedWriter.Instance;

    /// <summary>The version that is spoken.</summary>
    public MqttVersion Version => Settings.Version;

    /// <summary>Messages of QoS 1 and 2 that the broker may send before the first is answered.</summary>
    public int ReceiveMaximum => Settings.ReceiveMaximum;

    /// <summary>What streams need to share it.</summary>
    public MqttConnectionKey Key => _first.Attempt.Key;

    /// <summary>Whether the broker has accepted it, and it is not over.</summary>
    public bool IsUp => _isUp && !_ended && !IsLetGo;

    /// <summary>Whether it takes no streams any more.</summary>
    public bool IsEnding => _ended || IsLetGo;

    /// <summary>Whether a packet's payload has begun and not ended, so that nothing else can be sent.</summary>
    public bool IsInBody => _body is not null;

    /// <summary>Whether messages can be put in now.</summary>
    public bool IsWritable => IsUp && _body is null && Output.IsReady;

    /// <summary>How far the attempt has come.</summary>
    public DialProgress? Progress => ProgressOnMailbox;

    /// <summary>What it waits for, where the connection is there and cannot be used yet.</summary>
    public string WaitsFor => _isUp ? "for the broker to answer the subscription or the message at connection" : Opening;

    /// <summary>How it came to be.</summary>
    public MqttOpening Opened(bool withReport) => new(Connection, _carrier?.Facts, withReport ? _carrier?.Report : null);

    /// <inheritdoc/>
    protected override string Opening => _isUpgrading ? "for the answer to the upgrade to WebSocket" : "for the CONNACK of the broker";

    /// <inheritdoc/>
    /// <remarks>Each stream has a bound of its own on its attempt.</remarks>
    protected override TimeSpan? AttemptBound => null;

    private MqttSettings Settings => _first.Attempt.Key.Settings;

    private string Endpoint => _first.Attempt.Endpoint;

    /// <summary>The connection is over because of <paramref name="failure"/>.</summary>
    public void FailOnMailbox(TransportFailure failure) => EndOnMailbox(failure);

    /// <summary>What the owner has put in since leaves in one write.</summary>
    public void FlushOnMailbox()
    {
        // While packets are read, what they lead to gathers.
        if (!_isReading && !_ended)
            Output.FlushOnMailbox();
    }

    /// <summary>The broker did what it must not: it is told where the version can, and the connection ends.</summary>
    public void ViolatedOnMailbox(MqttReasonCode reason, string message)
    {
        if (Version == MqttVersion.V5 && _isUp && _body is null)
            PutDisconnect(reason);
        LeaveOnMailbox(MqttFailures.Broken(new MqttViolation(reason, message), Endpoint));
    }

    /// <inheritdoc/>
    protected override TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = _first.Attempt.Target;
        return null;
    }

    /// <inheritdoc/>
    protected override async ValueTask<LinkCarrier> OpenAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        var carrier = await base.OpenAsync(target, progress, cancellationToken).ConfigureAwait(false);
        _carrier = carrier;
        if (_first.Attempt.Key.Identity.Path is { } path)
        {
            try
            {
                // The dial is over: what takes its time from now on is no step of it.
                _isUpgrading = true;
                progress.Phase = SsPhase.Protocol;
                var stream = await MqttWebSocketUpgrade.OpenAsync(carrier, target, path, Links.Time, cancellationToken).ConfigureAwait(false);
                _isUpgrading = false;
                return carrier with { Stream = stream, Wire = stream, Report = null };
            }
            catch
            {
                // Nobody else knows of it.
                await carrier.Stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        // What is to be said of the connection, each stream says for itself.
        return carrier with { Report = null };
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        if (PutConnect() is { } failure)
        {
            EndOnMailbox(failure);
            return;
        }

        Output.FlushOnMailbox();
    }

    /// <inheritdoc/>
    protected override int ArrivedOnMailbox(Span<byte> bytes)
    {
        ReadOnlySpan<byte> input = bytes;
        _isReading = true;
        try
        {
            while (MayDeliver && !_ended)
            {
                var kind = _reader.Read(ref input, out var packet);
                if (kind == MqttReadKind.NeedMore)
                    break;
                FoundOnMailbox(kind, packet);
            }
        }
        finally
        {
            _isReading = false;
        }

        _owner.TurnOverOnMailbox();
        return bytes.Length - input.Length;
    }

    /// <inheritdoc/>
    protected override void PeerEndedOnMailbox() => EndOnMailbox(Meaning(MqttFailures.Ended(
        _isUp ? null : "CONNECT", _reader.IsInPacket, _isUp && Links.Time.GetElapsedTime(_upSince) < MqttDefaults.SuspiciouslyShort, Key.Identity.ClientId, Endpoint)));

    /// <inheritdoc/>
    /// <remarks>None: several streams may share it, and what the broker was not told of comes again.</remarks>
    protected override TimeSpan LastWordsAtRest => TimeSpan.Zero;

    /// <inheritdoc/>
    protected override void WritableOnMailbox() => _owner.TurnOverOnMailbox();

    /// <inheritdoc/>
    protected override void SayGoodbyeOnMailbox()
    {
        if (_body is not null)
        {
            // In the middle of a message nothing can be said, and the rest of it will not come.
            EndOnMailbox(null);
            return;
        }

        PutDisconnect(MqttReasonCode.Success);
        EndSendingOnMailbox();
    }

    /// <inheritdoc/>
    protected override void EndedOnMailbox()
    {
        _ended = true;
        StopKeepAlive();
        ReturnBody();
        _owner.LinkEndedOnMailbox();
    }

    /// <summary>The link is over and its loop is done: what was held for reading goes back.</summary>
    public void ReleaseOnMailbox() => _reader.Dispose();

    [SuppressMessage("Maintainability", "CA1502:Avoid excessive complexity", Justification = "A table of what comes in; each row is one call.")]
    private void FoundOnMailbox(MqttReadKind kind, in MqttPacket packet)
    {
        switch (kind)
        {
            case MqttReadKind.Payload:
                _owner.PayloadOnMailbox(packet.Payload, packet.IsEnd);
                return;
            case MqttReadKind.Publish:
                PublishOnMailbox(packet.Publish);
                return;
            case MqttReadKind.Violation:
                ViolatedOnMailbox(_reader.Violation!.Reason, _reader.Violation.Message);
                return;
        }

        switch (packet.Type)
        {
            case MqttPacketType.ConnectAck:
                AcceptedOnMailbox(packet);
                break;
            case MqttPacketType.PublishAck:
                _owner.SettleOnMailbox(_owner.Session.PubAckArrived(packet.PacketId, (byte)packet.Reason));
                break;
            case MqttPacketType.PublishReceived:
                _owner.SettleOnMailbox(_owner.Session.PubRecArrived(packet.PacketId, (byte)packet.Reason));
                break;
            case MqttPacketType.PublishRelease:
                _owner.Session.PubRelArrived(packet.PacketId);
                break;
            case MqttPacketType.PublishComplete:
                _owner.SettleOnMailbox(_owner.Session.PubCompArrived(packet.PacketId, (byte)packet.Reason));
                break;
            case MqttPacketType.SubscribeAck:
                _owner.SubscribedOnMailbox(packet);
                break;
            case MqttPacketType.UnsubscribeAck:
                _owner.UnsubscribedOnMailbox(packet);
                break;
            case MqttPacketType.PingResponse:
                AnsweredOnMailbox();
                break;
            case MqttPacketType.Disconnect:
                LeaveOnMailbox(MqttFailures.Disconnected(packet.Reason, packet.Properties, Endpoint));
                break;
            default:
                ViolatedOnMailbox(MqttReasonCode.ProtocolError, $"it sent {MqttPacketNames.Of(packet.Type)}, which this side did not ask for");
                break;
        }
    }

    private void AcceptedOnMailbox(in MqttPacket packet)
    {
        if (packet.Reason != MqttReasonCode.Success)
        {
            EndOnMailbox(MqttFailures.Refused(Version, packet.Reason, packet.Properties, Endpoint));
            return;
        }

        if (packet.SessionPresent && Settings.CleanStart)
        {
            ViolatedOnMailbox(MqttReasonCode.ProtocolError, "its CONNACK says that a session is present, and the session was to begin anew");
            return;
        }

        Adopt(packet.Properties);
        _isUp = true;
        _upSince = Links.Time.GetTimestamp();
        _owner.AcceptedOnMailbox(packet.SessionPresent, _brokersMaximum);
        ConnectedOnMailbox();
        if (!_ended)
        {
            StartKeepAlive();
            _owner.UpOnMailbox();
        }
    }

    private void PublishOnMailbox(in MqttPublish publish)
    {
        if (Version == MqttVersion.V311)
            _owner.PublishOnMailbox(publish, publish.Topic);
        else if (TryResolveAlias(publish, out var topic))
            _owner.PublishOnMailbox(publish, topic);
        else
            ViolatedOnMailbox(MqttReasonCode.ProtocolError, "it sent a topic alias before the topic that it stands for");
    }

    private bool TryResolveAlias(in MqttPublish publish, out ReadOnlySpan<byte> topic)
    {
        topic = publish.Topic;
        if (publish.Properties.NumberOr(MqttPropertyId.TopicAlias, 0) is not (> 0 and var alias))
            return true;
        _aliases ??= new byte[Settings.TopicAliases + 1][];
        if (!topic.IsEmpty)
        {
            if (!topic.SequenceEqual(_aliases[alias]))
                _aliases[alias] = topic.ToArray();
            return true;
        }

        topic = _aliases[alias];
        return !topic.IsEmpty;
    }
}
