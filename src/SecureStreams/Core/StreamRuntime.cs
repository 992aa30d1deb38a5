using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
using SecureStreams.Telemetry;
using SecureStreams.Tokens;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>What a context gives all its streams.</summary>
internal sealed record StreamRuntime
{
    public required SsContext Context { get; init; }

    public required SsPlatform Platform { get; init; }

    public required SsDiagnostics Diagnostics { get; init; }

    public required ILogger Logger { get; init; }

    public required StreamTelemetry Telemetry { get; init; }

    public required ITransportFactory Transports { get; init; }

    public required RetryGovernor Governor { get; init; }

    /// <summary>The policy in force for a streamtype, or null when it has none any more; called at the beginning of each attempt, and by setters of metadata. Null: streams keep the policy they were made with.</summary>
    public Func<string, StreamTypePolicy?>? FindPolicy { get; init; }

    /// <summary>Injects faults, in tests; null for none.</summary>
    public Network.SsFaultInjector? Faults { get; init; }

    /// <summary>The tokens that are fetched. Null: none are.</summary>
    public TokenKeeper? Tokens { get; init; }

    /// <summary>Where what becomes of streams and requests is told, for trials of policies.</summary>
    public TrialBoard Trials { get; init; } = new();

    /// <summary>Told that a peer redirected a stream whose streamtype takes that for a failure (<c>http_fail_redirect</c>); null: nobody wants to know.</summary>
    public Action<SsCause>? Redirected { get; init; }

    /// <summary>How many failures of these streams are logged; null for all. Stated where peers decide how many there are.</summary>
    public FailureLimit? FailureLimit { get; init; }

    /// <summary>Called once when a stream is destroyed.</summary>
    public required Action<LocalStream> Destroyed { get; init; }
}
