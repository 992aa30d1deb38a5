using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server.Raw;

/// <summary>The turn in which one connection is accepted or refused.</summary>
internal sealed class RawArrival(RawIntake intake, ServerRoute route, AcceptedSocket accepted, ServerTlsHosts? tls, SecuredConnection? secured) : IThreadPoolWorkItem
{
    void IThreadPoolWorkItem.Execute() => intake.Take(route, accepted, tls, secured);
}
