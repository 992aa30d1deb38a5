using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.Telemetry;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Mqtt;

/// <summary>Makes the transports of mqtt, and keeps the connections that they share.</summary>
internal sealed class MqttTransportFactory : IAsyncDisposable
{
    private readonly ConditionalWeakTable<StreamTypePolicy, MqttPlan> _plans = [];

    public MqttTransportFactory(LinkContext links, SsPlatform platform, ISsBlobStore blobs, ILogger logger, SsInstruments instruments, string? stateFolder)
    {
        Links = links;
        Platform = platform;
        Blobs = blobs;
        Logger = logger;
        Instruments = instruments;
        StateFolder = stateFolder;
        Connections = new MqttConnections(this);
    }

    /// <summary>What lasting connections share.</summary>
    public LinkContext Links { get; }

    /// <summary>The world.</summary>
    public SsPlatform Platform { get; }

    /// <summary>Where mailboxes of connections run when no loop runs them.</summary>
    public SsScheduler Scheduler => Platform.Scheduler;

    /// <summary>What client ids, user names and passwords are in.</summary>
    public ISsBlobStore Blobs { get; }

    /// <summary>For operators.</summary>
    public ILogger Logger { get; }

    /// <summary>What is counted.</summary>
    public SsInstruments Instruments { get; }

    /// <summary>Where operators read of what is wrong and ends no attempt; null for nowhere.</summary>
    public SsDiagnostics? Diagnostics { get; init; }

    /// <summary>Where sessions outlast the process; null where they do not.</summary>
    public string? StateFolder { get; }

    /// <summary>The connections.</summary>
    public MqttConnections Connections { get; }

    public StreamTransport Create(TransportSetup setup) => new MqttTransport(this, PlanOf(setup.Policy), setup);

    /// <summary>What is worked out once for a policy.</summary>
    public MqttPlan PlanOf(StreamTypePolicy policy) => _plans.GetValue(policy, one => new MqttPlan(one, Links.PlanOf(one)));

    /// <summary>Something is wrong with the session of a stream, which goes on.</summary>
    public void Tell(MqttMember member, string problem)
    {
        if (Diagnostics is not { } diagnostics)
            return;
        var id = diagnostics.NextId();
        diagnostics.Publish(new SsDetail
        {
            Id = id,
            Time = Platform.Time.GetUtcNow(),
            StreamType = member.Plan.Policy.Name,
            State = SsState.Connecting,
            Cause = new SsCause(SsPhase.Local, SsCauseCode.BlobUnusable) { DetailId = id },
            Message = problem,
            Endpoint = member.Attempt.Endpoint,
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connections.DisposeAsync();
}
