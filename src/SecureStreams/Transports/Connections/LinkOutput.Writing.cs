using System.Net.Security;
using System.Runtime.CompilerServices;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Connections;

/// <summary>Handing over. A write that completes at once costs no hop and no object; one that waits goes on in the mailbox, inline if it is idle.</summary>
internal sealed partial class LinkOutput : IMailboxWork
{
    private Stream? _stream;
    private ILinkWire? _wire;
    private byte[]? _sending;
    private bool _sendingIsSecret;
    private Step _step = Step.Closed;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _pending;
    private Action? _done;
    private TaskCompletionSource? _idle;
    private int _inFlight;

    private enum Step
    {
        Closed,
        Ready,
        Writing,
        Ending,
        Ended,
    }

    /// <summary>The connection is there.</summary>
    public void OpenOnMailbox(Stream stream, ILinkWire wire)
    {
        mailbox.AssertCurrent();
        _stream = stream;
        _wire = wire;
        _step = Step.Ready;
    }

    /// <summary>Nothing more is sent; what was not handed over is dropped. A write under way is for whoever closes the connection to end.</summary>
    public void AbandonOnMailbox()
    {
        mailbox.AssertCurrent();
        _tail = _released = 0;
        _endWanted = false;
        Interlocked.Exchange(ref _queued, 0);
        if (_step is not (Step.Writing or Step.Ending))
            _step = Step.Closed;
        _stream = null;

        // A buffer that is being filled is left to the collector: a callback may hold a span of it right now.
        if (_isSecret)
            _filling.AsSpan().Clear();
        _filling = null;
    }

    /// <summary>Completes when no write is under way. Asked once, after <see cref="AbandonOnMailbox"/>.</summary>
    public Task WhenIdleOnMailbox()
    {
        mailbox.AssertCurrent();
        if (_step is not (Step.Writing or Step.Ending))
            return Task.CompletedTask;
        _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _idle.Task;
    }

    /// <summary>Hands over what was released, and then the end if it was asked for.</summary>
    /// <returns>Whether it is done and more can be put in at once. Otherwise the owner is told when it can, if it ever can.</returns>
    public bool FlushOnMailbox()
    {
        mailbox.AssertCurrent();
        while (_step == Step.Ready)
        {
            if (_released > 0)
            {
                if (!WriteOnMailbox())
                    return false;
                continue;
            }

            if (!_endWanted)
                return true;
            SendEndOnMailbox();
        }

        return false;
    }

    void IMailboxWork.RunOnMailbox(long argument) => ContinueOnMailbox();

    /// <returns>Whether the write is done, well.</returns>
    private bool WriteOnMailbox()
    {
        var count = _inFlight = _released;
        AdaptTo(count);
        _sending = _filling;
        _sendingIsSecret = _isSecret;
        _isSecret = false;
        _filling = null;
        _tail = _released = 0;
        try
        {
            var write = _stream!.WriteAsync(_sending.AsMemory(0, count), CancellationToken.None);
            if (!write.IsCompleted)
            {
                Await(Step.Writing, write);
                return false;
            }

            write.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            FailOnMailbox(error);
            return false;
        }

        Written();
        return true;
    }

    private void SendEndOnMailbox()
    {
        try
        {
            if (_stream is SslStream tls)
            {
                var notify = new ValueTask(tls.ShutdownAsync());
                if (!notify.IsCompleted)
                {
                    Await(Step.Ending, notify);
                    return;
                }

                notify.GetAwaiter().GetResult();
            }

            _wire!.ShutdownSend();
        }
        catch (Exception error)
        {
            FailOnMailbox(error);
            return;
        }

        _step = Step.Ended;
        owner.EndSentOnMailbox();
    }

    private void Await(Step step, ValueTask pending)
    {
        _step = step;
        _pending = pending.ConfigureAwait(false).GetAwaiter();
        owner.WriteWaitsOnMailbox();
        _pending.UnsafeOnCompleted(_done ??= Done);
    }

    private void Done()
    {
        if (!mailbox.TryEnter())
        {
            mailbox.Post(this);
            return;
        }

        try
        {
            ContinueOnMailbox();
        }
        finally
        {
            mailbox.Exit();
        }
    }

    private void ContinueOnMailbox()
    {
        var (pending, step) = (_pending, _step);
        _pending = default;
        owner.WriteWaitedOnMailbox();
        var abandoned = _stream is null;
        _step = abandoned ? Step.Closed : Step.Ready;
        try
        {
            pending.GetResult();
            if (step == Step.Ending && !abandoned)
                _wire!.ShutdownSend();
        }
        catch (Exception error)
        {
            GiveSent();
            if (!abandoned)
                FailOnMailbox(error);
            _idle?.TrySetResult();
            return;
        }

        Written();
        if (abandoned)
        {
            _idle?.TrySetResult();
        }
        else if (step == Step.Ending)
        {
            _step = Step.Ended;
            owner.EndSentOnMailbox();
        }
        else if (FlushOnMailbox())
        {
            owner.DrainedOnMailbox();
        }
    }

    private void Written()
    {
        GiveSent();
        if (_stream is not null)
            Interlocked.Add(ref _queued, -_inFlight);
        _inFlight = 0;
    }

    private void GiveSent()
    {
        if (_sendingIsSecret)
            _sending.AsSpan().Clear();
        _sendingIsSecret = false;
        Give(ref _sending);
    }

    private void FailOnMailbox(Exception error)
    {
        GiveSent();
        AbandonOnMailbox();
        _step = Step.Closed;
        owner.WriteFailedOnMailbox(error);
    }

    /// <summary>The next buffer is larger if this one was filled, and small again if it was hardly used.</summary>
    private void AdaptTo(int used)
    {
        if (Room == 0 && Size < watermark + overhead)
            _size = Math.Min(watermark + overhead, 2 * Size);
        else if (used < Size / 4)
            _size = 0;
    }
}
