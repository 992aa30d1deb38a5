using SecureStreams.Implementation;

namespace SecureStreams.Abstractions.Tests.Implementation;

/// <summary>Runs a delegate on a mailbox.</summary>
internal sealed class Work(Action<long> run) : IMailboxWork
{
    public void RunOnMailbox(long argument) => run(argument);
}
