using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SecureStreams.Implementation;

/// <summary>
/// How one I/O loop enters a mailbox: <c>using (await entry) { ... }</c>. Inline when the mailbox is idle; otherwise the loop goes on inside the turn of
/// whoever is there. No allocation either way. The block must not await. One loop, one entry, one await at a time.
/// </summary>
public sealed class MailboxEntry : IMailboxWork, ICriticalNotifyCompletion
{
    private readonly Mailbox _mailbox;
    private Action? _continuation;
    private bool _entered;

    /// <summary>An entry to <paramref name="mailbox"/> for one loop.</summary>
    /// <param name="mailbox">What is entered.</param>
    public MailboxEntry(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        _mailbox = mailbox;
    }

    /// <summary>Takes the mailbox inline if it is idle (awaiter pattern).</summary>
    public bool IsCompleted => _entered = _mailbox.TryEnter();

    /// <summary>Awaiter pattern.</summary>
    public MailboxEntry GetAwaiter() => this;

    /// <summary>Awaiter pattern: the lease that leaves the mailbox, a no-op when the loop goes on inside somebody else's turn.</summary>
    public MailboxLease GetResult()
    {
        var lease = new MailboxLease(_entered ? _mailbox : null);
        _entered = false;
        return lease;
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        // Posted only once the continuation stands: it can then only run inside the mailbox, never beside it.
        Debug.Assert(_continuation is null, "One await at a time.");
        _continuation = continuation;
        _mailbox.Post(this);
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        var continuation = _continuation!;
        _continuation = null;
        continuation();
    }
}
