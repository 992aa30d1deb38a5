using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Makes listeners of server streamtypes; given as <see cref="SsContextOptions.ListenerFactory"/>, so that client programs do not carry a web server. Safe from any thread.</summary>
public interface IListenerFactory
{
    /// <summary>Binds and listens as <paramref name="policy"/> says.</summary>
    /// <param name="context">The context that asks.</param>
    /// <param name="policy">A streamtype with <c>server: true</c>.</param>
    /// <param name="accept">Makes the handler of an accepted stream, before its first callback; null refuses the stream.</param>
    /// <returns>The listener, bound; whoever asked the context for it disposes it.</returns>
    SsListener Create(SsContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept);
}
