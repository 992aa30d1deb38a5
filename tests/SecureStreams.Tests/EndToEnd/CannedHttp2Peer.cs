using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>A server of HTTP/2 that answers every request without a body with the same: status 200, a type, a length and so many bytes.</summary>
internal sealed class CannedHttp2Peer : CannedStream
{
    private const int HeadBytes = 9;
    private const int TypeAt = 3;
    private const int FlagsAt = 4;
    private const int StreamAt = 5;

    private readonly byte[] _heard = new byte[64 * 1024];
    private readonly byte[] _said = new byte[64 * 1024];
    private readonly byte[] _answer;
    private readonly int _dataAt;
    private int _heardBytes;
    private int _saidFrom;
    private int _saidTo;
    private bool _greeted;

    public CannedHttp2Peer(int bodyBytes)
    {
        // RFC 7541: entry 8 of the static table; then literals that are not to be indexed, their names entries 31 and 28.
        byte[] fields = [0x88, .. Literal(31, "text/plain"), .. Literal(28, bodyBytes.ToString(CultureInfo.InvariantCulture))];
        _dataAt = HeadBytes + fields.Length;
        _answer = [.. Head(H2Frame.Headers, H2Frame.EndHeaders, fields.Length), .. fields, .. Head(H2Frame.Data, H2Frame.EndStream, bodyBytes), .. Enumerable.Repeat((byte)'x', bodyBytes)];
    }

    protected override bool HasMore => _saidFrom < _saidTo;

    protected override void Hear(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_heard.AsSpan(_heardBytes));
        _heardBytes += bytes.Length;
    }

    protected override void Answer()
    {
        var at = 0;
        if (!_greeted)
        {
            if (_heardBytes < H2Frame.ClientPreface.Length)
                return;
            at = H2Frame.ClientPreface.Length;
            _greeted = true;
            Span<byte> settings = stackalloc byte[HeadBytes];
            WriteHead(settings, H2Frame.Settings, 0, 0);
            Say(settings);
        }

        while (_heardBytes - at >= HeadBytes)
        {
            var bytes = HeadBytes + ((_heard[at] << 16) | BinaryPrimitives.ReadUInt16BigEndian(_heard.AsSpan(at + 1)));
            if (_heardBytes - at < bytes)
                break;
            AnswerFrame(_heard.AsSpan(at, bytes));
            at += bytes;
        }

        _heardBytes -= at;
        _heard.AsSpan(at, _heardBytes).CopyTo(_heard);
    }

    protected override int Take(Span<byte> buffer)
    {
        var bytes = Math.Min(buffer.Length, _saidTo - _saidFrom);
        _said.AsSpan(_saidFrom, bytes).CopyTo(buffer);
        _saidFrom += bytes;
        return bytes;
    }

    private static byte[] Literal(int name, string value) => [0x0f, (byte)(name - 15), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Head(byte type, byte flags, int length)
    {
        var head = new byte[HeadBytes];
        WriteHead(head, type, flags, length);
        return head;
    }

    private static void WriteHead(Span<byte> head, byte type, byte flags, int length)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)length);
        head[TypeAt] = type;
        head[FlagsAt] = flags;
    }

    private void AnswerFrame(Span<byte> frame)
    {
        switch (frame[TypeAt])
        {
            case H2Frame.Settings when frame[FlagsAt] != H2Frame.Ack:
                frame = frame[..HeadBytes];
                frame[..TypeAt].Clear();
                frame[FlagsAt] = H2Frame.Ack;
                Say(frame);
                break;
            case H2Frame.Ping when frame[FlagsAt] != H2Frame.Ack:
                frame[FlagsAt] = H2Frame.Ack;
                Say(frame);
                break;
            case H2Frame.Headers:
                frame.Slice(StreamAt, sizeof(int)).CopyTo(_answer.AsSpan(StreamAt));
                frame.Slice(StreamAt, sizeof(int)).CopyTo(_answer.AsSpan(_dataAt + StreamAt));
                Say(_answer);
                break;
        }
    }

    private void Say(ReadOnlySpan<byte> bytes)
    {
        if (!HasMore)
            _saidFrom = _saidTo = 0;
        bytes.CopyTo(_said.AsSpan(_saidTo));
        _saidTo += bytes.Length;
    }
}
