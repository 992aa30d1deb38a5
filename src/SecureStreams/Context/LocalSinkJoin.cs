using SecureStreams.Transports.LocalSink;

namespace SecureStreams;

/// <summary>The turn in which a sink accepts or refuses one source.</summary>
internal sealed class LocalSinkJoin(LocalSinkListener listener, LocalSinkLink link) : IThreadPoolWorkItem
{
    void IThreadPoolWorkItem.Execute() => listener.Take(link);
}
