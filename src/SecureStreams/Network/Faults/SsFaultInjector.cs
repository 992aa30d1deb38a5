namespace SecureStreams.Network;

/// <summary>Decides what goes wrong in one context, for tests. Called from any thread; must neither block nor throw but where it says so.</summary>
public abstract class SsFaultInjector
{
    /// <summary>A streamtype is about to make a connection.</summary>
    /// <param name="streamType">The name of the streamtype.</param>
    /// <returns>What interferes with this dial and the connection that comes of it; null for nothing, now or later.</returns>
    public abstract SsFaultedDial? Begin(string streamType);

    /// <summary>A streamtype of <c>h1</c> or <c>h2</c> is about to send a request, redirects included.</summary>
    /// <param name="streamType">The name of the streamtype.</param>
    /// <returns>The answer it gets without anybody being asked; null to ask the server.</returns>
    public abstract SsFaultAnswer? Answer(string streamType);

    /// <summary>A stream of the streamtype has handed the end of a message to its handler. On the mailbox of the stream.</summary>
    /// <param name="streamType">The name of the streamtype.</param>
    public abstract void MessageReceived(string streamType);

    /// <summary>Another policy is in force: connections that there are may have to be dealt with anew.</summary>
    public abstract void PolicyChanged();
}
