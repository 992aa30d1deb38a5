using SecureStreams.Implementation;

namespace SecureStreams.Core;

/// <summary>A call with a value, posted to a mailbox.</summary>
internal sealed class MailboxAction<T>(T value, Action<T> action) : IMailboxWork
{
    public void RunOnMailbox(long argument) => action(value);
}
