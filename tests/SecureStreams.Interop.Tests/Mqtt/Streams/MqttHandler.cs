using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Mqtt.Streams;

/// <summary>Sends messages in order, each in pieces as large as there is room, and collects those that come, whole.</summary>
internal sealed class MqttHandler : RecordingHandler
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly List<(byte[] Payload, string? Topic)> _messages = [];
    private readonly MemoryStream _message = new();
    private byte[]? _current;
    private int _position;

    /// <summary>The metadata that has the topic of a received message; null for none.</summary>
    public string? TopicMetadata { get; init; }

    /// <summary>The messages that came, whole.</summary>
    public IReadOnlyList<byte[]> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages.Select(static one => one.Payload)];
        }
    }

    /// <summary>The same as text.</summary>
    public IReadOnlyList<string> Texts => [.. Messages.Select(Encoding.UTF8.GetString)];

    /// <summary>The same as text, each behind its topic.</summary>
    public IReadOnlyList<string> TopicsAndTexts
    {
        get
        {
            lock (_gate)
                return [.. _messages.Select(static one => $"{one.Topic} {Encoding.UTF8.GetString(one.Payload)}")];
        }
    }

    /// <summary>Sends a message when there is a connection.</summary>
    public void Send(SecureStream stream, byte[] payload)
    {
        lock (_gate)
            _waiting.Enqueue(payload);
        stream.RequestTransmit();
    }

    /// <summary>Sends text.</summary>
    public void Send(SecureStream stream, string text) => Send(stream, Encoding.UTF8.GetBytes(text));

    /// <summary>Waits for a message of this text.</summary>
    public Task WaitForTextAsync(string text) => WaitForAsync(_ => Texts.Contains(text), what: $"the message '{text}'");

    /// <summary>The hash of a message in lower-case hex.</summary>
    public static string Sha256(byte[] message) => Convert.ToHexStringLower(SHA256.HashData(message));

    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (flags.HasFlag(SsRxFlags.StartOfMessage))
            _message.SetLength(0);
        _message.Write(payload);
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            lock (_gate)
                _messages.Add((_message.ToArray(), TopicMetadata is null ? null : stream.GetMetadata(TopicMetadata)));
        }

        return base.ReactToReceive(stream, payload, flags);
    }

    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        // What was not whole goes again from its start.
        if (change.State == SsState.Connecting)
            _position = 0;
        if (change.State == SsState.Connected)
            stream.RequestTransmit();
        return base.ReactToState(stream, change);
    }

    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (!committed || tx.MoreRoom)
        {
            lock (_gate)
            {
                if (_current is null && !_waiting.TryDequeue(out _current))
                    return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
            }

            var piece = Math.Min(tx.Buffer.Length, _current.Length - _position);
            _current.AsSpan(_position, piece).CopyTo(tx.Buffer);
            var flags = _position == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            _position += piece;
            if (_position == _current.Length)
            {
                flags |= SsTxFlags.EndOfMessage;
                _current = null;
                _position = 0;
            }

            tx.Commit(piece, flags);
            committed = true;
        }

        stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
