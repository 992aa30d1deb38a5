using System.Buffers.Text;
using System.Text;

namespace SecureStreams.Codecs.HttpConnect;

/// <summary>
/// The client's side of an HTTP CONNECT (RFC 9110 section 9.3.6, RFC 9112), with basic authentication (RFC 7617) if there is a user name, as a state machine on
/// spans. Send <see cref="Request"/>, feed what arrives to <see cref="Read"/>, until <see cref="IsOver"/>. One use, one thread at a time.
/// </summary>
/// <remarks>Read no more than <see cref="Wanted"/> bytes from the wire: what follows the head of a success belongs to the peer.</remarks>
public sealed class HttpConnectNegotiation
{
    /// <summary>How long the heads of all answers together may be.</summary>
    public const int MaxHeadBytes = 8192;

    private const int FirstCapacity = 256;
    private static readonly Encoding Text = Encoding.Latin1;

    private byte[] _head = new byte[FirstCapacity];
    private int _length;
    private int _before;
    private int _lineLength;
    private bool _blankHasReturn;

    /// <summary>To a peer.</summary>
    /// <param name="authority"><c>host:port</c>, an IPv6 address in brackets: visible ASCII characters only.</param>
    /// <param name="user">A user name without colon; null to send none.</param>
    /// <param name="password">Its password; null counts as empty.</param>
    /// <exception cref="ArgumentException">A text has characters that it cannot have.</exception>
    public HttpConnectNegotiation(string authority, string? user = null, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(authority);
        if (authority.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException("An authority has visible ASCII characters only.", nameof(authority));
        if (user is not null && user.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException("A user name has no colon.", nameof(user));
        var request = new StringBuilder($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        if (user is not null)
            request.Append("Proxy-Authorization: Basic ").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))).Append("\r\n");
        Request = Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }

    /// <summary>What is to be sent. Holds the password: clear it when it is sent.</summary>
    public byte[] Request { get; }

    /// <summary>Whether the proxy has answered.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many bytes the proxy has to send at least before it can be over; 0 when it is.</summary>
    public int Wanted => IsOver ? 0 : _length > 0 && _lineLength == 0 ? 1 : 2;

    /// <summary>Why it failed.</summary>
    public HttpConnectProblem Problem { get; private set; }

    /// <summary>The status of the answer, 100 to 599; 0 when there is none.</summary>
    public int Status { get; private set; }

    /// <summary>The words behind the status; empty for none.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>What the proxy wants to be authenticated by (<c>Proxy-Authenticate</c>); empty when it does not say.</summary>
    public string Challenge { get; private set; } = "";

    /// <summary>Takes what arrived, however it is cut.</summary>
    /// <param name="source">Bytes from the proxy.</param>
    /// <returns>How many of them belonged to the head of the answer.</returns>
    public int Read(ReadOnlySpan<byte> source)
    {
        var taken = 0;
        while (taken < source.Length && !IsOver)
            Take(source[taken++]);
        return taken;
    }

    private void Take(byte one)
    {
        if (_before + _length == MaxHeadBytes)
        {
            Fail(HttpConnectProblem.HeadTooLong);
            return;
        }

        if (_length == _head.Length)
            Array.Resize(ref _head, Math.Min(_length * 2, MaxHeadBytes));
        _head[_length++] = one;

        // As soon as it cannot be HTTP any more, or it might never end.
        if (_length <= StatusLine.Length && !IsOf(StatusLine[_length - 1], one))
        {
            Fail(HttpConnectProblem.NotHttp);
            return;
        }

        switch (one)
        {
            case (byte)'\n' when _lineLength == 0 && _length > StatusLine.Length:
                Finish();
                break;
            case (byte)'\n':
                _lineLength = 0;
                _blankHasReturn = false;
                break;
            case (byte)'\r' when _lineLength == 0 && !_blankHasReturn && _length > StatusLine.Length:
                _blankHasReturn = true;
                break;
            default:
                _lineLength++;
                break;
        }
    }

    // 9 stands for any digit.
    private static ReadOnlySpan<byte> StatusLine => "HTTP/1.9 999"u8;

    private static bool IsOf(byte wanted, byte one) => wanted == (byte)'9' ? one is >= (byte)'0' and <= (byte)'9' : wanted == one;

    private void Finish()
    {
        var head = _head.AsSpan(0, _length);
        var line = head[..head.IndexOf((byte)'\n')].TrimEnd((byte)'\r');
        _ = Utf8Parser.TryParse(line[9..12], out int status, out _);
        if (status is < 100 or > 599 || (line.Length > 12 && line[12] != (byte)' '))
        {
            Fail(HttpConnectProblem.NotHttp);
            return;
        }

        // An answer in between; the real one follows.
        if (status is > 101 and < 200 or 100)
        {
            _before += _length;
            _length = 0;
            return;
        }

        Status = status;
        Reason = Text.GetString(line[12..]).Trim();
        Challenge = Find(head, "Proxy-Authenticate"u8);
        IsOver = true;
        if (status is < 200 or > 299)
            Problem = HttpConnectProblem.Refused;
    }

    private static string Find(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (var range in head.Split((byte)'\n'))
        {
            var line = head[range];
            if (line.Length > name.Length && line[name.Length] == (byte)':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
                return Text.GetString(line[(name.Length + 1)..]).Trim();
        }

        return "";
    }

    private void Fail(HttpConnectProblem problem)
    {
        Problem = problem;
        IsOver = true;
    }
}
