namespace SecureStreams.Implementation;

/// <summary>Something to run on a <see cref="Mailbox"/>.</summary>
public interface IMailboxWork
{
    /// <summary>Runs on the mailbox.</summary>
    /// <param name="argument">What was given to <see cref="Mailbox.Post"/>: a kind, a generation number.</param>
    void RunOnMailbox(long argument);
}
