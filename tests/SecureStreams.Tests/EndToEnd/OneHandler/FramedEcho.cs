using System.Buffers.Binary;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.EndToEnd.OneHandler;

/// <summary>
/// An application that sends frames of its own, four bytes of length before each, and expects every one back. It knows nothing of protocols: what it asks of its stream is only
/// whether a connection is one request or lasts.
/// </summary>
internal sealed class FramedEcho(int frames, int seed) : SecureStreamHandler
{
    private const int HeadBytes = 4;
    private const int LongestFrame = 1500;

    // So many may be on the way: enough to keep it busy, few enough that it really goes back and forth.
    private const int Window = 64;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _sending = new byte[HeadBytes + LongestFrame];
    private readonly byte[] _receiving = new byte[HeadBytes + LongestFrame];
    private int _sent;
    private int _sendPosition;
    private int _sendLength;
    private int _received;
    private int _receivePosition;

    /// <summary>Completes when every frame has come back.</summary>
    public Task Done => _done.Task;

    /// <summary>Frames that came back.</summary>
    public int Received => Volatile.Read(ref _received);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected when !stream.Traits.IsTransactional:
                stream.RequestTransmit();
                break;
            case SsState.Disconnected or SsState.AllRetriesFailed when Received < frames:
                _done.TrySetException(new InvalidOperationException($"It ended after {Received} frames: {change.State} {change.Cause}"));
                break;
            case SsState.Disconnected:
                _done.TrySetResult();
                break;
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var first = _sent == 0 && _sendPosition == 0;
        while (MayBegin() && tx.MoreRoom)
        {
            var room = tx.Buffer;
            var used = 0;
            while (used < room.Length && MayBegin())
            {
                var count = Math.Min(_sendLength - _sendPosition, room.Length - used);
                _sending.AsSpan(_sendPosition, count).CopyTo(room[used..]);
                _sendPosition += count;
                used += count;
                if (_sendPosition == _sendLength)
                {
                    _sent++;
                    _sendPosition = 0;
                }
            }

            // One request is one message, whatever it carries; where a connection lasts, each write may be one.
            var flags = !stream.Traits.IsTransactional ? SsTxFlags.WholeMessage
                : (first ? SsTxFlags.StartOfMessage : SsTxFlags.None) | (_sent == frames ? SsTxFlags.EndOfMessage : SsTxFlags.None);
            tx.Commit(used, flags);
            first = false;
        }

        return SsTransmitResult.Send;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        while (!payload.IsEmpty)
        {
            var wanted = _receivePosition < HeadBytes ? HeadBytes : HeadBytes + BinaryPrimitives.ReadInt32BigEndian(_receiving);
            var count = Math.Min(payload.Length, wanted - _receivePosition);
            payload[..count].CopyTo(_receiving.AsSpan(_receivePosition));
            _receivePosition += count;
            payload = payload[count..];
            if (_receivePosition >= HeadBytes && _receivePosition == HeadBytes + BinaryPrimitives.ReadInt32BigEndian(_receiving))
                FrameCame();
        }

        if (_sent < frames && _sent - _received <= Window / 2)
            stream.RequestTransmit();
        if (_received == frames && !stream.Traits.IsTransactional)
            stream.Disconnect();
        return SsResult.Continue;
    }

    /// <summary>Whether there are bytes to send: of the frame under way, or of the next if one may be on the way.</summary>
    private bool MayBegin()
    {
        if (_sendPosition > 0)
            return true;
        if (_sent == frames || _sent - _received >= Window)
            return false;
        _sendLength = Make(_sent, _sending);
        return true;
    }

    private void FrameCame()
    {
        Span<byte> expected = stackalloc byte[HeadBytes + LongestFrame];
        var length = Make(_received, expected);
        if (!expected[..length].SequenceEqual(_receiving.AsSpan(0, _receivePosition)))
            _done.TrySetException(new InvalidOperationException($"Frame {_received} came back as another."));
        _receivePosition = 0;
        Volatile.Write(ref _received, _received + 1);
    }

    /// <summary>Frame number i with its head.</summary>
    private int Make(int number, Span<byte> into)
    {
        // Some are empty.
        var length = (int)((uint)(number * 7919 + seed * 104_729) % LongestFrame);
        if (length < LongestFrame / 20)
            length = 0;
        BinaryPrimitives.WriteInt32BigEndian(into, length);
        DeterministicBytes.Fill(into.Slice(HeadBytes, length), number, seed);
        return HeadBytes + length;
    }
}
