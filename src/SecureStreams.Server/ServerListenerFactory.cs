using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Server.Raw;
using SecureStreams.Server.Routing;

namespace SecureStreams.Server;

/// <summary>Makes the listener of a server streamtype's protocol.</summary>
internal sealed class ServerListenerFactory : IListenerFactory
{
    private ServerListenerFactory()
    {
    }

    /// <summary>It has nothing of its own.</summary>
    public static ServerListenerFactory Instance { get; } = new();

    /// <inheritdoc/>
    public SsListener Create(SsContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(accept);
        if (context is not LocalContext local)
            throw new ArgumentException("Listeners are made for a LocalContext, which serves streams in this process.", nameof(context));
        return policy.Protocol switch
        {
            WireProtocol.Raw or WireProtocol.H1 or WireProtocol.H2 or WireProtocol.WebSocket when JoinRules.Joins(policy) => JoinedListener.Join(local, policy, accept),
            WireProtocol.Raw => RawListener.Start(local, policy, accept),
            WireProtocol.H1 or WireProtocol.H2 or WireProtocol.WebSocket => HttpListener.Start(local, policy, accept),
            _ => throw new SsPolicyException($"Streamtype '{policy.Name}' is a server of protocol '{Transports.ProtocolNames.NameOf(policy.Protocol)}', and this release serves h1, h2, raw and ws; use one of them, or serve it by other means."),
        };
    }
}
