using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Makes listeners of server streamtypes. The server package registers one, so that client programs do not carry a web server.</summary>
public interface IListenerFactory
{
    /// <summary>Binds and listens as <paramref name="policy"/> says.</summary>
    /// <param name="context">The context that asks.</param>
    /// <param name="policy">A streamtype with <c>server: true</c>.</param>
    /// <param name="accept">Makes the handler of an accepted stream, before its first callback.</param>
    SsListener Create(SsContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler> accept);
}
