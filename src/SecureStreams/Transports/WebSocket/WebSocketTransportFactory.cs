using System.Runtime.CompilerServices;
using SecureStreams.Policy;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>Makes the transports of ws.</summary>
/// <param name="links">What lasting connections share.</param>
/// <param name="http">What carries those that are streams of HTTP/2.</param>
internal sealed class WebSocketTransportFactory(LinkContext links, HttpTransportFactory http)
{
    private readonly ConditionalWeakTable<StreamTypePolicy, WebSocketPlan> _plans = [];
    private readonly ConditionalWeakTable<StreamTypePolicy, WebSocketPlan>.CreateValueCallback _makePlan = policy => new WebSocketPlan(policy, http.Pools);

    public LinkContext Links => links;

    /// <summary>What headers of blobs are filled from.</summary>
    public ISsBlobStore Blobs => http.Blobs;

    public StreamTransport Create(TransportSetup setup)
    {
        var plan = PlanOf(setup.Policy);
        return plan.IsHttp2 ? new WebSocketHttp2Client(this, plan, setup) : new WebSocketClient(this, plan, setup);
    }

    private WebSocketPlan PlanOf(StreamTypePolicy policy) => _plans.GetValue(policy, _makePlan);
}
