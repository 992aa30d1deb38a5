using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>The upper side of one server connection: sends every message back whole, in pieces as large as there is room, until it is told to say goodbye.</summary>
internal sealed class EchoSink : ITransportSink, IMailboxWork
{
    private readonly Queue<(byte[] Payload, SsTxFlags Kind)> _messages = new();
    private readonly List<byte> _message = [];
    private readonly TaskCompletionSource<TransportFailure?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _received = [];
    private Action? _work;
    private Exception? _fault;
    private int _position;

    public EchoSink(StreamTypePolicy policy)
    {
        Metadata = new MetadataStore(policy);
        Mailbox = new Mailbox(SsScheduler.ThreadPool, error => _fault ??= error);
    }

    public Mailbox Mailbox { get; }

    public MetadataStore Metadata { get; }

    public StreamTransport Transport { get; private set; } = null!;

    /// <summary>The messages that came, <c>T</c> or <c>B</c> and how many bytes.</summary>
    public IReadOnlyList<string> Received => _received;

    /// <summary>Completes when the connection can be used.</summary>
    public Task Connected => _connected.Task.OrFail(static () => "Not connected.");

    public void Start(StreamTransport transport)
    {
        Transport = transport;
        Post(transport.StartOnMailbox);
    }

    public void Post(Action work)
    {
        _work = work;
        Mailbox.Post(this);
    }

    /// <summary>Why the connection ended.</summary>
    public async Task<TransportFailure?> EndAsync()
    {
        var failure = await _closed.Task.OrFail(static () => "The server's side did not end.");
        await Transport.Completion.OrFail(static () => "Closed and never complete.");
        return _fault is null ? failure : throw new InvalidOperationException("A mailbox item failed.", _fault);
    }

    void IMailboxWork.RunOnMailbox(long argument) => _work!();

    void ITransportSink.ConnectedOnMailbox(StreamTransport transport) => _connected.SetResult();

    void ITransportSink.WritableOnMailbox(StreamTransport transport, bool due) => PumpOnMailbox();

    void ITransportSink.ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _message.AddRange(payload);
        if (!flags.HasFlag(SsRxFlags.EndOfMessage))
            return;
        var isText = flags.HasFlag(SsRxFlags.Text);
        _received.Add($"{(isText ? 'T' : 'B')}{_message.Count}");
        _messages.Enqueue((_message.ToArray(), isText ? SsTxFlags.Text : SsTxFlags.Binary));
        _message.Clear();
        PumpOnMailbox();
    }

    void ITransportSink.UserStateOnMailbox(StreamTransport transport, SsState state, int status) => _fault ??= new InvalidOperationException("A user state.");

    void ITransportSink.RestartedOnMailbox(StreamTransport transport, TransportFailure reason) => _fault ??= new InvalidOperationException("A restart.");

    void ITransportSink.AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message) => _fault ??= new InvalidOperationException("An acknowledgement.");

    void ITransportSink.ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        _connected.TrySetException(new InvalidOperationException("Closed before it was connected."));
        _closed.SetResult(failure);
    }

    private void PumpOnMailbox()
    {
        var writer = Transport.Writer;
        while (_messages.Count > 0 && writer.IsWritable)
        {
            while (_messages.Count > 0 && writer.MoreRoom)
            {
                var (payload, kind) = _messages.Peek();
                var room = writer.GetSpan();
                var count = Math.Min(room.Length, payload.Length - _position);
                payload.AsSpan(_position, count).CopyTo(room);
                var flags = kind | (_position == 0 ? SsTxFlags.StartOfMessage : 0) | (_position + count == payload.Length ? SsTxFlags.EndOfMessage : 0);
                writer.Advance(count, flags);
                _position += count;
                if (_position < payload.Length)
                    continue;
                _messages.Dequeue();
                _position = 0;
            }

            writer.ReleaseOnMailbox();
            writer.FlushOnMailbox();
        }
    }
}
