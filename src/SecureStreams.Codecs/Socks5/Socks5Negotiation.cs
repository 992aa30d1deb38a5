using System.Text;

namespace SecureStreams.Codecs.Socks5;

/// <summary>
/// The client's side of a SOCKS5 CONNECT (RFC 1928), with a user name and password if there are any (RFC 1929), as a state machine on spans. Send what
/// <see cref="Write"/> gives, feed what arrives to <see cref="Read"/>, until <see cref="Step"/> says that it is over. One use, one thread at a time.
/// </summary>
/// <remarks>Read no more than <see cref="Wanted"/> bytes from the wire: what follows the proxy's last byte belongs to the peer.</remarks>
public sealed class Socks5Negotiation
{
    /// <summary>The longest name, user name or password, in bytes: their lengths travel in one byte.</summary>
    public const int MaxTextBytes = 255;

    /// <summary>How many bytes <see cref="Write"/> may need.</summary>
    public const int MaxWriteBytes = 3 + MaxTextBytes + MaxTextBytes;

    private const byte Version = 5;
    private const byte CredentialsVersion = 1;
    private const byte Connect = 1;
    private const byte NoAuthentication = 0;
    private const byte UserNameAndPassword = 2;
    private const byte NoAcceptableMethod = 0xff;

    private readonly byte[] _host;
    private readonly AddressType _type;
    private readonly int _port;
    private readonly byte[]? _user;
    private readonly byte[]? _password;
    private State _state = State.SendGreeting;
    private int _left;

    private Socks5Negotiation(byte[] host, AddressType type, int port, string? user, string? password)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        _host = host;
        _type = type;
        _port = port;
        if (user is not null)
        {
            _user = Bytes(user, nameof(user));
            _password = Bytes(password ?? "", nameof(password));
            if (_user.Length == 0)
                throw new ArgumentException("A user name has at least one byte.", nameof(user));
        }
    }

    private enum AddressType : byte
    {
        IPv4 = 1,
        Name = 3,
        IPv6 = 4,
    }

    private enum State
    {
        SendGreeting,
        MethodVersion,
        Method,
        SendCredentials,
        CredentialsVersion,
        CredentialsStatus,
        SendRequest,
        ReplyVersion,
        ReplyCode,
        ReplyReserved,
        ReplyAddressType,
        ReplyNameLength,
        ReplyAddress,
        Open,
        Failed,
    }

    /// <summary>Whose turn it is.</summary>
    public Socks5Step Step => _state switch
    {
        State.SendGreeting or State.SendCredentials or State.SendRequest => Socks5Step.Send,
        State.Open => Socks5Step.Open,
        State.Failed => Socks5Step.Failed,
        _ => Socks5Step.Receive,
    };

    /// <summary>How many bytes the proxy has to send at least before anything else can happen; 0 when it is not its turn.</summary>
    public int Wanted => _state switch
    {
        State.MethodVersion or State.CredentialsVersion or State.ReplyVersion or State.ReplyReserved => 2,
        State.Method or State.CredentialsStatus or State.ReplyCode or State.ReplyAddressType or State.ReplyNameLength => 1,
        State.ReplyAddress => _left,
        _ => 0,
    };

    /// <summary>Why it failed.</summary>
    public Socks5Problem Problem { get; private set; }

    /// <summary>The answer to the request; meaningful when <see cref="Problem"/> is <see cref="Socks5Problem.Refused"/>, or the way is open.</summary>
    public Socks5Reply Reply { get; private set; }

    /// <summary>To a peer whose name the proxy looks up.</summary>
    /// <param name="host">The name: 1 to 255 visible ASCII characters.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="user">A user name of 1 to 255 bytes of UTF-8; null to offer none.</param>
    /// <param name="password">Its password, at most 255 bytes; null counts as empty.</param>
    /// <exception cref="ArgumentException">A text is too long or has characters it cannot have.</exception>
    public static Socks5Negotiation ToName(string host, int port, string? user = null, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (host.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("A name has visible ASCII characters only.", nameof(host));
        return new Socks5Negotiation(Bytes(host, nameof(host)), AddressType.Name, port, user, password);
    }

    /// <summary>To an address.</summary>
    /// <param name="address">4 bytes for IPv4, 16 for IPv6, in network order.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="user">As for <see cref="ToName"/>.</param>
    /// <param name="password">As for <see cref="ToName"/>.</param>
    /// <exception cref="ArgumentException">It is no address, or a text is too long.</exception>
    public static Socks5Negotiation ToAddress(ReadOnlySpan<byte> address, int port, string? user = null, string? password = null) =>
        address.Length is 4 or 16
            ? new Socks5Negotiation(address.ToArray(), address.Length == 4 ? AddressType.IPv4 : AddressType.IPv6, port, user, password)
            : throw new ArgumentException("An address has 4 or 16 bytes.", nameof(address));

    /// <summary>Puts into <paramref name="destination"/> what is to be sent now.</summary>
    /// <param name="destination">At least <see cref="MaxWriteBytes"/> bytes. May hold the password afterwards: clear it.</param>
    /// <returns>How many bytes it has; 0 when it is not this side's turn.</returns>
    public int Write(Span<byte> destination)
    {
        switch (_state)
        {
            case State.SendGreeting:
                _state = State.MethodVersion;
                return _user is null ? Put(destination, [Version, 1, NoAuthentication]) : Put(destination, [Version, 2, NoAuthentication, UserNameAndPassword]);
            case State.SendCredentials:
                _state = State.CredentialsVersion;
                return WriteCredentials(destination);
            case State.SendRequest:
                _state = State.ReplyVersion;
                return WriteRequest(destination);
            default:
                return 0;
        }
    }

    /// <summary>Takes what arrived, however it is cut.</summary>
    /// <param name="source">Bytes from the proxy.</param>
    /// <returns>How many of them were the proxy's: it stops when the turn changes.</returns>
    public int Read(ReadOnlySpan<byte> source)
    {
        var taken = 0;
        while (taken < source.Length && Step == Socks5Step.Receive)
            Take(source[taken++]);
        return taken;
    }

    private static byte[] Bytes(string text, string parameter)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= MaxTextBytes ? bytes : throw new ArgumentException($"SOCKS5 has room for {MaxTextBytes} bytes, and this has {bytes.Length}.", parameter);
    }

    private static int Put(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    private int WriteCredentials(Span<byte> destination)
    {
        destination[0] = CredentialsVersion;
        destination[1] = (byte)_user!.Length;
        var at = 2 + Put(destination[2..], _user);
        destination[at++] = (byte)_password!.Length;
        return at + Put(destination[at..], _password);
    }

    private int WriteRequest(Span<byte> destination)
    {
        var at = Put(destination, [Version, Connect, 0, (byte)_type]);
        if (_type == AddressType.Name)
            destination[at++] = (byte)_host.Length;
        at += Put(destination[at..], _host);
        return at + Put(destination[at..], [(byte)(_port >> 8), (byte)_port]);
    }

    private void Take(byte one)
    {
        switch (_state)
        {
            case State.MethodVersion:
                Expect(one, Version, State.Method);
                break;
            case State.Method when one == NoAuthentication:
                _state = State.SendRequest;
                break;
            case State.Method when one == UserNameAndPassword && _user is not null:
                _state = State.SendCredentials;
                break;
            case State.Method:
                Fail(one is NoAcceptableMethod or UserNameAndPassword ? Socks5Problem.NoMethod : Socks5Problem.NotSocks5);
                break;
            case State.CredentialsVersion:
                Expect(one, CredentialsVersion, State.CredentialsStatus);
                break;
            case State.CredentialsStatus when one == 0:
                _state = State.SendRequest;
                break;
            case State.CredentialsStatus:
                Fail(Socks5Problem.CredentialsRefused);
                break;
            case State.ReplyVersion:
                Expect(one, Version, State.ReplyCode);
                break;
            case State.ReplyCode:
                // Whoever says no may leave the rest out, so that nothing more is waited for.
                Reply = (Socks5Reply)one;
                if (Reply == Socks5Reply.Succeeded)
                    _state = State.ReplyReserved;
                else
                    Fail(Socks5Problem.Refused);
                break;
            case State.ReplyReserved:
                _state = State.ReplyAddressType;
                break;
            case State.ReplyAddressType when (AddressType)one == AddressType.Name:
                _state = State.ReplyNameLength;
                break;
            case State.ReplyAddressType when (AddressType)one is AddressType.IPv4 or AddressType.IPv6:
                _left = ((AddressType)one == AddressType.IPv4 ? 4 : 16) + sizeof(ushort);
                _state = State.ReplyAddress;
                break;
            case State.ReplyAddressType:
                Fail(Socks5Problem.NotSocks5);
                break;
            case State.ReplyNameLength:
                _left = one + sizeof(ushort);
                _state = State.ReplyAddress;
                break;
            case State.ReplyAddress:
                if (--_left == 0)
                    _state = State.Open;
                break;
        }
    }

    private void Expect(byte one, byte version, State next)
    {
        if (one == version)
            _state = next;
        else
            Fail(Socks5Problem.NotSocks5);
    }

    private void Fail(Socks5Problem problem)
    {
        Problem = problem;
        _state = State.Failed;
    }
}
