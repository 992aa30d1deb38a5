using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server.Raw;

/// <summary>The turn in which a raw listener accepts or refuses one connection.</summary>
internal sealed class RawArrival(RawListener listener, ServerRoute route, AcceptedSocket accepted, SecuredConnection? secured = null) : IThreadPoolWorkItem
{
    void IThreadPoolWorkItem.Execute() => listener.Take(route, accepted, secured);
}
