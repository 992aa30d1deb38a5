using SecureStreams.Implementation;

namespace SecureStreams.Transports.LocalSink;

/// <summary>
/// One end of a connection inside the process. Payload goes through two pipes; everything else that the ends have to tell each other is posted to the other's mailbox, so
/// that neither ever waits for the other.
/// </summary>
internal abstract class LocalSinkTransport : StreamTransport, IMailboxWork
{
    /// <summary>Pieces delivered in one turn before others get theirs.</summary>
    private const int Batch = 64;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LocalSinkPipe _in;
    private readonly LocalSinkPipe _out;
    private readonly LocalSinkWriter _writer;
    private readonly TimeProvider _time;
    private TransportFailure? _refusal;
    private bool _paused;
    private bool _letGo;

    /// <param name="setup">The stream's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="incoming">What the other end sends.</param>
    /// <param name="outgoing">What this end sends.</param>
    protected LocalSinkTransport(TransportSetup setup, TimeProvider time, LocalSinkPipe incoming, LocalSinkPipe outgoing)
    {
        Setup = setup;
        _time = time;
        _in = incoming;
        _out = outgoing;
        _writer = new LocalSinkWriter(outgoing);
        _paused = setup.ReceivePaused;
    }

    /// <inheritdoc/>
    public override TransportWriter Writer => _writer;

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <inheritdoc/>
    public override bool HearsWhilePaused => true;

    /// <summary>Always now: in one process the other end cannot be gone without a word.</summary>
    public override long? LastHeardOnMailbox => IsOpen && !IsOver ? _time.GetTimestamp() : null;

    /// <summary>What it is made of.</summary>
    protected TransportSetup Setup { get; }

    /// <summary>Whether the stream was told that it is connected.</summary>
    protected bool IsOpen { get; private set; }

    /// <summary>Whether it is over, or about to be because the stream has let go.</summary>
    protected bool IsOver => _letGo || HasEnded;

    /// <summary>Whether the stream was told the end.</summary>
    protected bool HasEnded { get; private set; }

    /// <summary>Whether the other end is gone before it was heard of.</summary>
    protected bool IsPeerGone => _in.IsComplete;

    /// <summary>Tells this end something, from any thread.</summary>
    public void Post(LocalSinkFact fact) => Setup.Mailbox.Post(this, (long)fact);

    /// <summary>The other end does not take this one. Once, from any thread.</summary>
    public void Refuse(TransportFailure refusal)
    {
        Volatile.Write(ref _refusal, refusal);
        Post(LocalSinkFact.Refused);
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        Setup.Mailbox.AssertCurrent();
        _paused = paused;
        if (!paused)
            Post(LocalSinkFact.Readable);
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        if (IsOver)
            return;
        _letGo = true;
        HangUpOnMailbox();
        Post(LocalSinkFact.LetGo);
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        if (HasEnded)
            return;
        switch ((LocalSinkFact)argument)
        {
            case LocalSinkFact.LetGo:
                EndOnMailbox(null);
                break;
            case LocalSinkFact.Opened when !IsOver:
                OpenedOnMailbox();
                break;
            case LocalSinkFact.Refused when !IsOver && !IsOpen:
                EndOnMailbox(Volatile.Read(ref _refusal));
                break;
            case LocalSinkFact.TimedOut when !IsOver && !IsOpen:
                EndOnMailbox(LocalSinkFailures.TimedOut(Setup));
                break;
            case LocalSinkFact.Readable:
                DeliverOnMailbox();
                break;
            case LocalSinkFact.Writable when !IsOver:
                _writer.ResumeOnMailbox();
                Setup.Sink.WritableOnMailbox(this, due: false);
                break;
        }
    }

    /// <summary>Both ends are there.</summary>
    protected virtual void OpenedOnMailbox()
    {
        IsOpen = true;
        _writer.OpenOnMailbox();
        Setup.Sink.ConnectedOnMailbox(this);
    }

    /// <summary>Payload may flow: what came early is delivered, and the stream may send.</summary>
    protected void BeginOnMailbox()
    {
        if (!IsOver)
            Setup.Sink.WritableOnMailbox(this, due: false);
        DeliverOnMailbox();
    }

    /// <summary>The connection is over on this side.</summary>
    protected virtual void HangUpOnMailbox()
    {
        _out.Complete(_writer.IsMidMessage ? LocalSinkFailures.CutShort(Setup) : null);
        _writer.CloseOnMailbox();
        _in.Abandon();
    }

    /// <summary>Tells the stream the end, once.</summary>
    protected void EndOnMailbox(TransportFailure? failure)
    {
        if (HasEnded)
            return;
        HasEnded = true;
        if (!_letGo)
            HangUpOnMailbox();
        Setup.Sink.ClosedOnMailbox(this, failure);
        _completion.TrySetResult();
    }

    private void DeliverOnMailbox()
    {
        if (!IsOpen)
            return;
        _in.BeginRead();
        for (var delivered = 0; !IsOver; delivered++)
        {
            // In this order: once it is complete, what is not there now never comes.
            var complete = _in.IsComplete;
            if (_paused)
            {
                if (complete && _in.IsEmpty)
                    EndOnMailbox(_in.End);
                return;
            }

            if (delivered == Batch)
            {
                Post(LocalSinkFact.Readable);
                return;
            }

            if (!_in.TryRead(out var piece))
            {
                if (complete)
                    EndOnMailbox(_in.End);
                return;
            }

            try
            {
                Setup.Sink.ReceivedOnMailbox(this, piece.Payload, (SsRxFlags)piece.Flags);
            }
            finally
            {
                _in.Took(piece);
            }

            // With both halves closed there is nothing left to wait for.
            if ((piece.Flags & SsTxFlags.EndOfStream) != 0 && _writer.HasEnded && !IsOver)
                EndOnMailbox(null);
        }
    }
}
