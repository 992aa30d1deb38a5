using System.Collections.Concurrent;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>One transaction driven at the seam: records what the transport tells, and checks that it tells it on the mailbox, Closed once and last.</summary>
internal sealed class TransportRun : ITransportSink, IMailboxWork
{
    private readonly ConcurrentQueue<Action> _calls = new();
    private readonly TaskCompletionSource<TransportFailure?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, TaskCompletionSource> _waits = [];
    private readonly Lock _lock = new();
    private readonly List<string> _events = [];
    private readonly MemoryStream _received = new();
    private Exception? _fault;

    public TransportRun(StreamTypePolicy policy)
    {
        Policy = policy;
        Metadata = new MetadataStore(policy);
        Mailbox = new Mailbox(SsScheduler.ThreadPool, error => _fault ??= error);
    }

    public delegate void ReadOnlySpanAction(ReadOnlySpan<byte> piece);

    public StreamTypePolicy Policy { get; }

    public MetadataStore Metadata { get; }

    public Mailbox Mailbox { get; }

    public StreamTransport Transport { get; private set; } = null!;

    /// <summary>Called inside the sink after each event, on the mailbox.</summary>
    public Action<string>? OnEvent { get; set; }

    /// <summary>The tx callback: stages with the writer and tells whether to send.</summary>
    public Func<TransportWriter, bool>? OnTransmit { get; set; }

    /// <summary>Whether what is received is kept.</summary>
    public bool KeepReceived { get; set; } = true;

    /// <summary>Called with every piece.</summary>
    public ReadOnlySpanAction? OnPiece { get; set; }

    public List<int> PieceLengths { get; } = [];

    public TransportFailure? Refusal { get; private set; }

    public TransportFailure? RestartReason { get; private set; }

    public int TransmitCalls { get; private set; }

    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>The events in one line; a run of middle pieces is one.</summary>
    public string Story => string.Join(" ", Events.Where((one, i) => one != "rx" || i == 0 || Events[i - 1] != "rx"));

    public byte[] Received => _received.ToArray();

    public string ReceivedText => System.Text.Encoding.UTF8.GetString(Received);

    public void Start(ITransportFactory factory, long? length = null, bool paused = false)
    {
        Transport = factory.Create(new TransportSetup(Mailbox, this, Policy, Metadata, length, paused));
        Post(() =>
        {
            var before = Events.Count;
            Transport.StartOnMailbox();
            Assert.Equal(before, Events.Count);
        });
    }

    public TransportRun With(string name, string value)
    {
        Metadata.SetOnMailbox(Metadata.Check(name, value), value);
        return this;
    }

    /// <summary>When the peer was last heard, asked on the mailbox.</summary>
    public async Task<long?> HeardAsync()
    {
        var asked = new TaskCompletionSource<long?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => asked.SetResult(Transport.LastHeardOnMailbox));
        return await asked.Task.OrFail(static () => "The mailbox does not run.");
    }

    public void Post(Action action)
    {
        _calls.Enqueue(action);
        Mailbox.Post(this);
    }

    public void Close() => Post(() =>
    {
        var before = Events.Count;
        Transport.CloseOnMailbox();
        Assert.Equal(before, Events.Count);
    });

    /// <summary>Completes when everything posted to the mailbox before has run.</summary>
    public Task TurnAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(turn.SetResult);
        return turn.Task;
    }

    public void Pause(bool paused) => Post(() => Transport.PauseReceiveOnMailbox(paused));

    /// <summary>Calls tx until it has nothing or the writer takes no more, as the stream does.</summary>
    public void PumpOnMailbox(bool once = false)
    {
        var writer = Transport.Writer;
        while (writer.IsWritable && OnTransmit is { } tx)
        {
            TransmitCalls++;
            if (!tx(writer))
            {
                writer.RollbackOnMailbox();
                return;
            }

            writer.ReleaseOnMailbox();
            if (!writer.FlushOnMailbox() || once)
                return;
        }
    }

    public async Task<TransportFailure?> EndAsync()
    {
        var failure = await _closed.Task.OrFail(() => $"Not closed; so far: {Story}");
        await Transport.Completion.OrFail(() => "Closed and never complete.");
        if (_fault is { } fault)
            throw new InvalidOperationException("A mailbox item failed.", fault);
        Assert.Equal("closed", Events[^1]);
        Assert.Single(Events, "closed");
        return failure;
    }

    public Task WaitForAsync(string what)
    {
        lock (_lock)
        {
            if (_events.Contains(what))
                return Task.CompletedTask;
            if (!_waits.TryGetValue(what, out var wait))
                _waits[what] = wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return wait.Task.OrFail(() => $"Waited for '{what}'; so far: {Story}");
        }
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        if (_calls.TryDequeue(out var call))
            call();
    }

    void ITransportSink.ConnectedOnMailbox(StreamTransport transport) => Tell(transport, "connected");

    void ITransportSink.WritableOnMailbox(StreamTransport transport, bool due)
    {
        Tell(transport, due ? "due" : "writable");
        PumpOnMailbox();
    }

    void ITransportSink.ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (KeepReceived)
            _received.Write(payload);
        OnPiece?.Invoke(payload);
        PieceLengths.Add(payload.Length);
        Tell(transport, (flags & ~(SsRxFlags.Text | SsRxFlags.Binary)) switch { SsRxFlags.None => "rx", SsRxFlags.StartOfMessage => "rx-som", SsRxFlags.EndOfMessage => "rx-eom", var other => "rx-" + other });
    }

    void ITransportSink.UserStateOnMailbox(StreamTransport transport, SsState state, int status) => Tell(transport, $"user-{(int)state}");

    void ITransportSink.RestartedOnMailbox(StreamTransport transport, TransportFailure reason)
    {
        RestartReason = reason;
        Tell(transport, "restarted");
    }

    void ITransportSink.AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message)
    {
        Refusal = refusal;
        Assert.Equal(ack, refusal is null);
        Tell(transport, $"{(ack ? "ack" : "nack")}-{status}");
    }

    void ITransportSink.ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        Tell(transport, "closed");
        _closed.TrySetResult(failure);
    }

    private void Tell(StreamTransport transport, string what)
    {
        if (!Mailbox.IsCurrent)
            _fault ??= new InvalidOperationException($"'{what}' was not told on the mailbox.");
        if (transport != Transport)
            _fault ??= new InvalidOperationException($"'{what}' names another transport.");
        TaskCompletionSource? wait;
        lock (_lock)
        {
            _events.Add(what);
            _waits.Remove(what, out wait);
        }

        wait?.TrySetResult();
        OnEvent?.Invoke(what);
    }
}
