using System.Buffers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using SecureStreams.Network;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Transports.Mqtt.OverWebSocket;

/// <summary>
/// The bytes within a WebSocket connection: each write is a binary message, and messages that come are one stream of bytes, however they are cut (MQTT-6.0.0-2). Pings are answered; a close frame
/// is the end. One reads and one writes at a time.
/// </summary>
internal sealed class MqttWebSocketStream : AsyncDuplexStream, ILinkWire
{
    private const int ReadBytes = 16 * 1024;

    private readonly Stream _inner;
    private readonly ILinkWire _wire;
    private readonly WebSocketFrameReader _reader = new(WebSocketRole.Client, long.MaxValue, ReadBytes, allowsCompression: false);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private byte[] _input;
    private int _at;
    private int _end;
    private int _payloadAt;
    private int _payloadEnd;
    private bool _closed;
    private volatile bool _ended;

    /// <param name="inner">The connection; owned.</param>
    /// <param name="wire">What carries it.</param>
    /// <param name="first">What came behind the answer to the upgrade.</param>
    public MqttWebSocketStream(Stream inner, ILinkWire wire, ReadOnlySpan<byte> first)
    {
        _inner = inner;
        _wire = wire;
        _input = new byte[Math.Max(ReadBytes, first.Length)];
        first.CopyTo(_input);
        _end = first.Length;
    }

    /// <inheritdoc/>
    public long LastHeard => _wire.LastHeard;

    /// <inheritdoc/>
    public long BytesSent => _wire.BytesSent;

    /// <inheritdoc/>
    public bool PeerEnded => _ended;

    /// <inheritdoc/>
    public bool IsPeerGone => _wire.IsPeerGone;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_payloadAt < _payloadEnd)
            {
                var count = Math.Min(buffer.Length, _payloadEnd - _payloadAt);
                _input.AsSpan(_payloadAt, count).CopyTo(buffer.Span);
                _payloadAt += count;
                return count;
            }

            if (_ended)
                return 0;
            switch (Next(out var control))
            {
                case WebSocketReadKind.Data:
                    continue;
                case WebSocketReadKind.Ping:
                    await SendAsync(WebSocketOpcode.Pong, control, cancellationToken).ConfigureAwait(false);
                    continue;
                case WebSocketReadKind.Close:
                    _ended = true;
                    await SendCloseAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                case WebSocketReadKind.Violation:
                    throw Broken(_reader.Violation!.Message);
            }

            // All was taken, so the array is free.
            _at = 0;
            _end = await _inner.ReadAsync(_input, cancellationToken).ConfigureAwait(false);
            _ended = _end == 0;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => SendAsync(WebSocketOpcode.Binary, buffer, cancellationToken);

    /// <inheritdoc/>
    public void ShutdownSend() => _ = EndAsync();

    /// <inheritdoc/>
    public void Abort() => _wire.Abort();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _wire.Dispose();
        }

        base.Dispose(disposing);
    }

    private static TransportException Broken(string message) =>
        new(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The peer broke the WebSocket protocol: {message}."));

    private WebSocketReadKind Next(out ReadOnlyMemory<byte> control)
    {
        control = default;
        var input = _input.AsSpan(_at, _end - _at);
        var before = input.Length;
        var kind = _reader.Read(ref input, out var payload);
        _at += before - input.Length;
        if (kind == WebSocketReadKind.Data)
        {
            if (_reader.IsText)
                throw Broken("it sent MQTT in a text frame (MQTT-6.0.0-1)");

            // A piece lies where it arrived, right before what is left.
            _payloadEnd = _at;
            _payloadAt = _at - payload.Length;
        }
        else if (kind == WebSocketReadKind.Ping)
        {
            control = payload.ToArray();
        }

        return kind;
    }

    private async ValueTask SendCloseAsync(CancellationToken cancellationToken)
    {
        if (_closed)
            return;
        _closed = true;
        var payload = new byte[WebSocketFrame.MaxControlBytes];
        await SendAsync(WebSocketOpcode.Close, payload.AsMemory(0, WebSocketClosePayload.Write(payload, WebSocketCloseCodes.Normal, default)), cancellationToken).ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        try
        {
            await SendCloseAsync(CancellationToken.None).ConfigureAwait(false);
            if (_inner is SslStream tls)
                await tls.ShutdownAsync().ConfigureAwait(false);
            _wire.ShutdownSend();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone: that is all that was wanted of it, and whoever reads is told.
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = ArrayPool<byte>.Shared.Rent(WebSocketFrame.MaxHeaderBytes + payload.Length);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _inner.WriteAsync(frame.AsMemory(0, Encode(frame, opcode, payload.Span)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private static int Encode(Span<byte> frame, WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var key = WebSocketMaskKeys.Next();
        var header = WebSocketFrame.WriteHeader(frame, opcode, true, false, payload.Length, key);
        payload.CopyTo(frame[header..]);
        WebSocketMask.Apply(frame.Slice(header, payload.Length), key, 0);
        return header + payload.Length;
    }
}
