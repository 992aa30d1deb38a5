using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// Takes a stream of MQTT packets apart (MQTT 3.1.1 and 5, sections 2 and 3), however it is cut. Packets come out whole, but the payload of PUBLISH in pieces as it arrives. All that the
/// standard lets a receiver check without knowing the session is checked; a peer that breaks it is an outcome (<see cref="MqttReadKind.Violation"/>), never an exception.
/// </summary>
/// <remarks>
/// Not safe for two threads at once. A packet, or the head of a PUBLISH, that lies whole in the input is read in place. One that is cut is gathered in an array of the shared pool, which
/// grows with what has arrived and never with what was announced; between packets nothing is held. Nothing is allocated but for a violation. Packet identifiers, windows, and what a topic
/// alias stands for belong to the session, not to the reader.
/// </remarks>
public sealed class MqttPacketReader : IDisposable
{
    private const int FirstHeldBytes = 256;

    private readonly MqttRole _role;
    private readonly MqttReaderLimits _limits;
    private byte[]? _held;
    private int _heldBytes;
    private int _remaining;
    private int _headBytes;
    private int _lengthBytes;
    private byte _first;
    private Step _step;
    private bool _connected;
    private bool _heldIsGiven;

    private MqttPacketReader(MqttRole role, MqttVersion version, MqttReaderLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaxPacketBytes, 2, nameof(limits));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.MaxHeadBytes, nameof(limits));
        _role = role;
        _limits = limits;
        Version = version;
    }

    private enum Step
    {
        First,
        Length,
        Body,
        Payload,
        Ended,
    }

    /// <summary>The version of the connection. Of a server's reader: what CONNECT stated, and MQTT 3.1.1 before.</summary>
    public MqttVersion Version { get; private set; }

    /// <summary>What the peer did wrong.</summary>
    public MqttViolation? Violation { get; private set; }

    /// <summary>Whether a packet has begun and not ended.</summary>
    public bool IsInPacket => _step is Step.Length or Step.Body or Step.Payload;

    /// <summary>Where what is gathered is held. Set before anything is read, by tests that count.</summary>
    internal ArrayPool<byte> Pool { private get; set; } = ArrayPool<byte>.Shared;

    /// <summary>A reader of what a server sends to a client: CONNACK first, or AUTH.</summary>
    /// <param name="version">The version of the connection, as the client stated it.</param>
    /// <param name="limits">What is taken.</param>
    public static MqttPacketReader ForClient(MqttVersion version, MqttReaderLimits limits)
    {
        if (version is not (MqttVersion.V311 or MqttVersion.V5))
            throw new ArgumentOutOfRangeException(nameof(version), version, "It is no version.");
        return new MqttPacketReader(MqttRole.Client, version, limits);
    }

    /// <summary>A reader of what a client sends to a server: CONNECT first, which states the version.</summary>
    /// <param name="limits">What is taken.</param>
    public static MqttPacketReader ForServer(MqttReaderLimits limits) => new(MqttRole.Server, MqttVersion.V311, limits);

    /// <summary>Takes the next thing off <paramref name="input"/>.</summary>
    /// <param name="input">What arrived; is shortened by what was taken.</param>
    /// <param name="packet">What was found. It points into <paramref name="input"/> or into the reader, and is valid until the next call.</param>
    /// <returns>What was found. Call again until it is <see cref="MqttReadKind.NeedMore"/>, which has taken all of the input.</returns>
    public MqttReadKind Read(scoped ref ReadOnlySpan<byte> input, out MqttPacket packet)
    {
        packet = default;
        if (_heldIsGiven)
            Release();
        while (true)
        {
            if (Violation is not null)
                return MqttReadKind.Violation;
            switch (_step)
            {
                case Step.First when !input.IsEmpty:
                    _first = input[0];
                    input = input[1..];
                    _remaining = 0;
                    _lengthBytes = 0;
                    _step = Step.Length;
                    if (JudgeFirst() is { } wrong)
                        return Fail(wrong);
                    break;
                case Step.Length when !input.IsEmpty:
                    if (TakeLength(ref input) is { } wrongLength)
                        return Fail(wrongLength);
                    break;
                case Step.Body:
                    return ReadBody(ref input, out packet);
                case Step.Payload:
                    return ReadPayload(ref input, out packet);
                case Step.Ended:
                    input = default;
                    return MqttReadKind.NeedMore;
                default:
                    return MqttReadKind.NeedMore;
            }
        }
    }

    /// <summary>Takes the next thing off a sequence; see <see cref="Read(ref ReadOnlySpan{byte}, out MqttPacket)"/>.</summary>
    /// <param name="input">What arrived; is shortened by what was taken.</param>
    /// <param name="packet">What was found.</param>
    /// <returns>What was found. Call again until it is <see cref="MqttReadKind.NeedMore"/>.</returns>
    public MqttReadKind Read(scoped ref ReadOnlySequence<byte> input, out MqttPacket packet)
    {
        while (true)
        {
            var segment = input.FirstSpan;
            var rest = segment;
            var kind = Read(ref rest, out packet);
            input = input.Slice(segment.Length - rest.Length);
            if (kind != MqttReadKind.NeedMore || input.IsEmpty)
                return kind;
        }
    }

    /// <summary>Gives back what is held. Packets given before are not valid any more, and nothing is read any more.</summary>
    public void Dispose()
    {
        Release();
        _step = Step.Ended;
    }

    /// <summary>What is wrong with the first byte of a packet, or null.</summary>
    private MqttViolation? JudgeFirst()
    {
        var type = (MqttPacketType)(_first >> 4);
        var flags = _first & 0x0F;
        if (type == MqttPacketType.None || (type == MqttPacketType.Authenticate && Version == MqttVersion.V311 && (_connected || _role == MqttRole.Client)))
            return Malformed($"a packet is of type {(int)type}, which is reserved");
        var isForReader = type switch
        {
            MqttPacketType.Connect or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe or MqttPacketType.PingRequest => _role == MqttRole.Server,
            MqttPacketType.ConnectAck or MqttPacketType.SubscribeAck or MqttPacketType.UnsubscribeAck or MqttPacketType.PingResponse => _role == MqttRole.Client,
            MqttPacketType.Disconnect => _role == MqttRole.Server || Version == MqttVersion.V5,
            _ => true,
        };
        if (!isForReader)
            return Wrong($"{MqttPacketNames.Of(type)} comes from a {(_role == MqttRole.Server ? "client" : "server")}");
        if (!_connected && type != (_role == MqttRole.Server ? MqttPacketType.Connect : MqttPacketType.ConnectAck) && !(type == MqttPacketType.Authenticate && _role == MqttRole.Client))
            return Wrong($"{MqttPacketNames.Of(type)} comes before {(_role == MqttRole.Server ? "CONNECT" : "CONNACK")}");
        if (_connected && type is MqttPacketType.Connect or MqttPacketType.ConnectAck)
            return Wrong($"{MqttPacketNames.Of(type)} comes a second time");
        if (type == MqttPacketType.Publish)
        {
            if ((flags & 0x06) == 0x06)
                return Malformed("PUBLISH has QoS 3");
            return (flags & 0x0E) == 0x08 ? Malformed("PUBLISH has QoS 0 and the flag of a duplicate") : null;
        }

        var wanted = type is MqttPacketType.PublishRelease or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0;
        return flags == wanted ? null : Malformed($"{MqttPacketNames.Of(type)} has flags {flags:b4}, and {wanted:b4} are its own");
    }

    /// <summary>Takes what there is of the remaining length; a violation where it is none or states more than is taken.</summary>
    private MqttViolation? TakeLength(ref ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            var one = input[0];
            input = input[1..];
            _remaining |= (one & 0x7F) << (7 * _lengthBytes++);
            if (one >= 0x80)
            {
                if (_lengthBytes == MqttVariable.MaxBytes)
                    return Malformed($"{Name} has a remaining length of more than {MqttVariable.MaxBytes} bytes");
                continue;
            }

            // MQTT 3.1.1 does not say that the form must be the shortest, and a server knows the version only after CONNECT.
            if (one == 0 && _lengthBytes > 1 && Version == MqttVersion.V5)
                return Malformed($"{Name} states its remaining length of {_remaining} bytes in a longer form than it needs");
            if (_remaining > _limits.MaxPacketBytes - 1 - _lengthBytes)
                return TooLarge($"{Name} has {1 + _lengthBytes + (long)_remaining} bytes, and {_limits.MaxPacketBytes} is the most that a packet may have");
            if (Type != MqttPacketType.Publish && _remaining > _limits.MaxHeadBytes)
                return TooLarge($"{Name} has {_remaining} bytes after its fixed header, and {_limits.MaxHeadBytes} is the most that is taken");
            _step = Step.Body;
            return null;
        }

        return null;
    }

    /// <summary>Reads a packet, or the head of a PUBLISH, in place or from what was gathered.</summary>
    private MqttReadKind ReadBody(scoped ref ReadOnlySpan<byte> input, out MqttPacket packet)
    {
        packet = default;
        var isPublish = Type == MqttPacketType.Publish;
        _headBytes = _remaining;
        if (_heldBytes == 0)
        {
            if (isPublish && MeasureHead(input.Length > _remaining ? input[.._remaining] : input) is { } refused)
                return Fail(refused);
            if (input.Length >= _headBytes)
            {
                var body = input[.._headBytes];
                input = input[_headBytes..];
                return Give(body, out packet);
            }
        }

        // What was cut is gathered up to what is known to be needed, and of PUBLISH that grows with what is seen.
        while (true)
        {
            if (isPublish && MeasureHead(_held.AsSpan(0, _heldBytes)) is { } refused)
                return Fail(refused);
            if (_heldBytes == _headBytes)
            {
                _heldIsGiven = true;
                return Give(_held.AsSpan(0, _heldBytes), out packet);
            }

            if (input.IsEmpty)
                return MqttReadKind.NeedMore;
            var take = Math.Min(_headBytes - _heldBytes, input.Length);
            Hold(input[..take]);
            input = input[take..];
        }
    }

    private MqttViolation? MeasureHead(ReadOnlySpan<byte> begun)
    {
        if (MqttPublishHead.Measure(begun, Flags, _remaining, Version, out _headBytes) is { } wrong)
            return wrong;
        return _headBytes > _limits.MaxHeadBytes ? TooLarge($"PUBLISH has {_headBytes} bytes of topic and properties, and {_limits.MaxHeadBytes} is the most that is taken") : null;
    }

    private MqttReadKind Give(ReadOnlySpan<byte> body, out MqttPacket packet)
    {
        if (Type == MqttPacketType.Publish)
        {
            _remaining -= body.Length;
            _step = Step.Payload;
            return MqttPublishHead.Read(body, Flags, _remaining, _role, Version, _limits.TopicAliasMaximum, out packet) is { } refused ? Fail(refused) : MqttReadKind.Publish;
        }

        if (MqttPacketBody.Read(Type, body, _role, Version, out packet) is { } wrong)
            return Fail(wrong);
        _step = Step.First;
        switch (Type)
        {
            case MqttPacketType.Connect:
                Version = packet.Connect.Version;
                _connected = true;
                break;
            case MqttPacketType.ConnectAck:
                _connected = true;
                break;
            case MqttPacketType.Disconnect:
                // Nothing may follow it, and nothing that does is looked at.
                _step = Step.Ended;
                break;
        }

        return MqttReadKind.Packet;
    }

    private MqttReadKind ReadPayload(scoped ref ReadOnlySpan<byte> input, out MqttPacket packet)
    {
        var take = Math.Min(_remaining, input.Length);
        if (take == 0 && _remaining > 0)
        {
            packet = default;
            return MqttReadKind.NeedMore;
        }

        _remaining -= take;
        packet = new MqttPacket { Type = MqttPacketType.Publish, Flags = Flags, IsPayload = true, IsEnd = _remaining == 0, Body = input[..take] };
        input = input[take..];
        if (_remaining == 0)
            _step = Step.First;
        return MqttReadKind.Payload;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        var wanted = _heldBytes + bytes.Length;
        if (_held is null || _held.Length < wanted)
        {
            var larger = Pool.Rent(Math.Max(FirstHeldBytes, Math.Max(wanted, Math.Min(2 * _heldBytes, _headBytes))));
            _held.AsSpan(0, _heldBytes).CopyTo(larger);
            Return();
            _held = larger;
        }

        bytes.CopyTo(_held.AsSpan(_heldBytes));
        _heldBytes = wanted;
    }

    private void Release()
    {
        Return();
        _held = null;
        _heldBytes = 0;
        _heldIsGiven = false;
    }

    // Cleared, because a CONNECT holds credentials, and any packet may.
    private void Return()
    {
        if (_held is not null)
            Pool.Return(_held, clearArray: true);
    }

    private MqttReadKind Fail(MqttViolation violation)
    {
        Violation = violation;
        Release();
        return MqttReadKind.Violation;
    }

    private MqttPacketType Type => (MqttPacketType)(_first >> 4);

    private byte Flags => (byte)(_first & 0x0F);

    private string Name => MqttPacketNames.Of(Type);

    private static MqttViolation Malformed(string message) => new(MqttReasonCode.MalformedPacket, message);

    private static MqttViolation Wrong(string message) => new(MqttReasonCode.ProtocolError, message);

    private static MqttViolation TooLarge(string message) => new(MqttReasonCode.PacketTooLarge, message);
}
