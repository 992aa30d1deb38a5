using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>The one timer an application may start on a stream. One that is started anew when it fires, as what happens at intervals is, is made once and serves all along.</summary>
/// <param name="time">The clock.</param>
/// <param name="mailbox">Whose it is.</param>
/// <param name="fired">Called on the mailbox, when it is no longer armed.</param>
internal sealed class StreamTimer(TimeProvider time, Mailbox mailbox, Action fired) : IDisposable
{
    private Shot? _shot;

    /// <summary>Whether it is armed.</summary>
    public bool IsArmed { get; private set; }

    public void StartOnMailbox(TimeSpan due)
    {
        mailbox.AssertCurrent();
        if (!IsArmed && _shot is { Timer: { } rested })
        {
            IsArmed = true;
            rested.Change(due, Timeout.InfiniteTimeSpan);
            return;
        }

        // The firing of one that is armed may be under way; what it tells is nobody's then.
        _shot?.Timer?.Dispose();
        IsArmed = true;
        _shot = new Shot(this, mailbox);
        _shot.Timer = time.CreateDetachedTimer(static state => ((Shot)state!).Post(), _shot, due);
    }

    public void CancelOnMailbox()
    {
        IsArmed = false;
        _shot?.Timer?.Dispose();
        _shot = null;
    }

    public void Dispose() => CancelOnMailbox();

    private void FiredOnMailbox(Shot shot)
    {
        if (shot != _shot || !IsArmed)
            return;
        IsArmed = false;
        fired();

        // It rests only for as long as that: one that nobody waits for holds nothing.
        if (!IsArmed)
            CancelOnMailbox();
    }

    /// <summary>A timer of the clock. Armed again only after its firing has been taken, so that all it tells is of its last arming.</summary>
    private sealed class Shot(StreamTimer owner, Mailbox mailbox) : IMailboxWork
    {
        /// <summary>Null only while it is being made.</summary>
        public ITimer? Timer { get; set; }

        public void Post() => mailbox.Post(this);

        public void RunOnMailbox(long argument) => owner.FiredOnMailbox(this);
    }
}
