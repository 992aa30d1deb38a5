using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>
/// Takes a stream of WebSocket frames apart (RFC 6455 section 5), however it is cut: pieces of messages and control frames come out as soon as their bytes are there.
/// A peer that breaks the protocol is an outcome (<see cref="WebSocketReadKind.Violation"/>), never an exception.
/// </summary>
/// <remarks>Not safe for two threads at once. It holds no input between calls but a header or a control frame that was cut, and allocates once, for the latter.</remarks>
public sealed class WebSocketFrameReader
{
    private readonly bool _expectsMask;
    private readonly bool _allowsCompression;
    private readonly long _maxMessageBytes;
    private readonly int _maxPieceBytes;
    private Header _header;
    private byte[]? _control;
    private long _left;
    private long _messageBytes;
    private uint _key;
    private int _maskOffset;
    private int _headerBytes;
    private int _controlBytes;
    private WebSocketOpcode _opcode;
    private bool _inFrame;
    private bool _isFinal;
    private bool _isMasked;
    private bool _inMessage;
    private bool _startIsDue;
    private bool _ended;

    /// <summary>A reader of one direction of one connection.</summary>
    /// <param name="role">Which side reads.</param>
    /// <param name="maxMessageBytes">The longest message that is taken. Of compressed messages whoever decompresses checks it.</param>
    /// <param name="maxPieceBytes">The longest piece that <see cref="Read"/> gives.</param>
    /// <param name="allowsCompression">Whether permessage-deflate was agreed (RFC 7692), so that the first reserved bit has a meaning.</param>
    public WebSocketFrameReader(WebSocketRole role, long maxMessageBytes, int maxPieceBytes, bool allowsCompression)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPieceBytes);
        _expectsMask = role == WebSocketRole.Server;
        _maxMessageBytes = maxMessageBytes;
        _maxPieceBytes = maxPieceBytes;
        _allowsCompression = allowsCompression;
    }

    /// <summary>Of a data piece: whether it is the first of its message.</summary>
    public bool IsStart { get; private set; }

    /// <summary>Of a data piece: whether it is the last of its message.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>Of a data piece: whether its message is text, which whoever reads must check to be UTF-8; else it is binary.</summary>
    public bool IsText { get; private set; }

    /// <summary>Of a data piece: whether its message is compressed.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>Of a close frame: its code; <see cref="WebSocketCloseCodes.NoStatus"/> where it carries none.</summary>
    public int CloseCode { get; private set; } = WebSocketCloseCodes.NoStatus;

    /// <summary>What the peer did wrong.</summary>
    public WebSocketViolation? Violation { get; private set; }

    /// <summary>Whether a message has begun and not ended.</summary>
    public bool IsInMessage => _inMessage;

    /// <summary>Takes the next thing off <paramref name="input"/>.</summary>
    /// <param name="input">What arrived; is shortened by what was taken. Masked payload is unmasked in place.</param>
    /// <param name="payload">The payload of what was found, in <paramref name="input"/> or valid until the next call.</param>
    /// <returns>What was found. Call again until it is <see cref="WebSocketReadKind.NeedMore"/>.</returns>
    public WebSocketReadKind Read(ref Span<byte> input, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        while (true)
        {
            if (Violation is not null)
                return WebSocketReadKind.Violation;
            if (_ended)
            {
                input = default;
                return WebSocketReadKind.NeedMore;
            }

            if (!_inFrame)
            {
                if (!TryReadHeader(ref input))
                    return Violation is null ? WebSocketReadKind.NeedMore : WebSocketReadKind.Violation;
                _inFrame = true;
            }

            if (_opcode >= WebSocketOpcode.Close)
                return TryReadControl(ref input, out payload) ? EndControl(ref payload) : WebSocketReadKind.NeedMore;

            var take = (int)Math.Min(Math.Min(_left, input.Length), _maxPieceBytes);
            if (take == 0 && _left > 0)
                return WebSocketReadKind.NeedMore;
            var piece = input[..take];
            input = input[take..];
            if (_isMasked)
                _maskOffset = WebSocketMask.Apply(piece, _key, _maskOffset);
            _left -= take;
            _inFrame = _left > 0;
            IsEnd = _isFinal && !_inFrame;

            // An empty fragment says nothing, unless it is the last.
            if (take == 0 && !IsEnd)
                continue;
            IsStart = _startIsDue;
            _startIsDue = false;
            _inMessage = !IsEnd;
            payload = piece;
            return WebSocketReadKind.Data;
        }
    }

    private static bool IsShort(int length) => length <= WebSocketFrame.MaxControlBytes;

    /// <summary>Reads a header from the input at once where it is there in full, else byte by byte into the reader.</summary>
    private bool TryReadHeader(ref Span<byte> input)
    {
        if (_headerBytes == 0 && input.Length >= 2)
        {
            var wanted = WantedHeaderBytes(input[1]);
            if (input.Length >= wanted)
            {
                if (!Begin(input[..wanted]))
                    return false;
                input = input[wanted..];
                return true;
            }
        }

        Span<byte> held = _header;
        while (!input.IsEmpty)
        {
            held[_headerBytes++] = input[0];
            input = input[1..];
            if (_headerBytes < 2)
                continue;

            // What the first two bytes decide is decided before anything is waited for.
            if (_headerBytes == 2 && Judge(held[0], held[1]) is { } wrong)
                return Fail(wrong);
            var wanted = WantedHeaderBytes(held[1]);
            if (_headerBytes < wanted)
                continue;
            _headerBytes = 0;
            return Begin(held[..wanted]);
        }

        return false;
    }

    private static int WantedHeaderBytes(byte second) =>
        2 + ((second & 0x7f) switch { 126 => 2, 127 => 8, _ => 0 }) + ((second & 0x80) != 0 ? sizeof(uint) : 0);

    private bool Begin(ReadOnlySpan<byte> header)
    {
        if (Judge(header[0], header[1]) is { } wrong)
            return Fail(wrong);

        long length = header[1] & 0x7f;
        var at = 2;
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            at = 4;
            if (IsShort((int)length))
                return Fail(Broken($"a frame states its length of {length} bytes in a longer form than it needs"));
        }
        else if (length == 127)
        {
            length = BinaryPrimitives.ReadInt64BigEndian(header[2..]);
            at = 10;
            if (length < 0)
                return Fail(Broken("a frame states a length of more than 63 bits"));
            if (length <= ushort.MaxValue)
                return Fail(Broken($"a frame states its length of {length} bytes in a longer form than it needs"));
        }

        _isMasked = _expectsMask;
        if (_isMasked)
            _key = MemoryMarshal.Read<uint>(header[at..]);
        _maskOffset = 0;
        _left = length;
        _isFinal = (header[0] & 0x80) != 0;
        _opcode = (WebSocketOpcode)(header[0] & 0x0f);
        if (_opcode >= WebSocketOpcode.Close)
        {
            _controlBytes = 0;
            return true;
        }

        if (_opcode != WebSocketOpcode.Continuation)
        {
            _messageBytes = 0;
            _inMessage = true;
            _startIsDue = true;
            IsText = _opcode == WebSocketOpcode.Text;
            IsCompressed = (header[0] & 0x40) != 0;
        }

        // Before a byte of it is taken. The sum cannot overflow: what was taken is within the limit.
        if (!IsCompressed)
        {
            if (length > _maxMessageBytes - _messageBytes)
                return Fail(new WebSocketViolation(WebSocketCloseCodes.MessageTooBig, $"a message is longer than {_maxMessageBytes} bytes: {_messageBytes} and a frame of {length}"));
            _messageBytes += length;
        }

        return true;
    }

    /// <summary>What is wrong with the first two bytes of a frame, or null.</summary>
    private WebSocketViolation? Judge(byte first, byte second)
    {
        var opcode = first & 0x0f;
        var isControl = opcode >= (int)WebSocketOpcode.Close;
        if (opcode is > (int)WebSocketOpcode.Binary and < (int)WebSocketOpcode.Close or > (int)WebSocketOpcode.Pong)
            return Broken($"a frame has opcode {opcode}, which is reserved");

        // Of a compressed message only the first frame says so, and control frames never do.
        var allowed = _allowsCompression && opcode is (int)WebSocketOpcode.Text or (int)WebSocketOpcode.Binary ? 0x40 : 0;
        if ((first & 0x70 & ~allowed) != 0)
            return Broken($"a frame with opcode {opcode} has reserved bits set ({(first >> 4) & 7:b3}) that no extension in use gives a meaning");
        if (isControl && (first & 0x80) == 0)
            return Broken($"a control frame (opcode {opcode}) is fragmented");
        if (isControl && !IsShort(second & 0x7f))
            return Broken($"a control frame (opcode {opcode}) is longer than {WebSocketFrame.MaxControlBytes} bytes");
        if ((second & 0x80) != 0 != _expectsMask)
            return Broken(_expectsMask ? "a client's frame is not masked" : "a server's frame is masked");
        if (!isControl && opcode == (int)WebSocketOpcode.Continuation != _inMessage)
            return Broken(_inMessage ? "a message begins inside another" : "a fragment continues a message that has not begun");
        return null;
    }

    /// <summary>Control frames come out whole; one that was cut is gathered here.</summary>
    private bool TryReadControl(ref Span<byte> input, out ReadOnlySpan<byte> payload)
    {
        Span<byte> whole;
        if (_controlBytes == 0 && input.Length >= _left)
        {
            whole = input[..(int)_left];
            input = input[(int)_left..];
        }
        else
        {
            _control ??= new byte[WebSocketFrame.MaxControlBytes];
            var take = (int)Math.Min(_left - _controlBytes, input.Length);
            input[..take].CopyTo(_control.AsSpan(_controlBytes));
            input = input[take..];
            _controlBytes += take;
            if (_controlBytes < _left)
            {
                payload = default;
                return false;
            }

            whole = _control.AsSpan(0, _controlBytes);
        }

        if (_isMasked)
            WebSocketMask.Apply(whole, _key, 0);
        payload = whole;
        return true;
    }

    private WebSocketReadKind EndControl(ref ReadOnlySpan<byte> payload)
    {
        _inFrame = false;
        if (_opcode != WebSocketOpcode.Close)
            return _opcode == WebSocketOpcode.Ping ? WebSocketReadKind.Ping : WebSocketReadKind.Pong;

        var wrong = WebSocketClosePayload.Read(payload, out var code, out var reason);
        payload = reason;
        if (wrong is not null)
        {
            Fail(wrong);
            return WebSocketReadKind.Violation;
        }

        CloseCode = code;
        _ended = true;
        return WebSocketReadKind.Close;
    }

    private bool Fail(WebSocketViolation violation)
    {
        Violation = violation;
        return false;
    }

    private static WebSocketViolation Broken(string message) => new(WebSocketCloseCodes.ProtocolError, message);

    [InlineArray(WebSocketFrame.MaxHeaderBytes)]
    [SuppressMessage("Style", "IDE0044", Justification = "Its elements are what is written.")]
    private struct Header
    {
        private byte _first;
    }
}
