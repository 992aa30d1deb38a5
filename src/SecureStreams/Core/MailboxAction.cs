using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>A call with a value, posted to a mailbox.</summary>
/// <param name="value">The value.</param>
/// <param name="action">What to do with it.</param>
/// <param name="after">What ends the turn; null for nothing.</param>
internal sealed class MailboxAction<T>(T value, Action<T> action, Action? after = null) : IMailboxWork
{
    public void RunOnMailbox(long argument)
    {
        action(value);
        after?.Invoke();
    }
}
