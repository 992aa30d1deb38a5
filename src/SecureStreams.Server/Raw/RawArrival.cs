using SecureStreams.Server.Listening;

namespace SecureStreams.Server.Raw;

/// <summary>The turn in which a raw listener accepts or refuses one connection.</summary>
internal sealed class RawArrival(RawListener listener, AcceptedSocket accepted) : IThreadPoolWorkItem
{
    void IThreadPoolWorkItem.Execute() => listener.Take(accepted);
}
