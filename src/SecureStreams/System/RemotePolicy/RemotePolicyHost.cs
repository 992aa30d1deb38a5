using SecureStreams.Policy;
using SecureStreams.Telemetry;

namespace SecureStreams.Remote;

/// <summary>What the remote policy asks of its context.</summary>
internal sealed record RemotePolicyHost
{
    /// <summary>The settings of the context, with those of the remote policy.</summary>
    public required SsContextOptions Options { get; init; }

    /// <summary>The policy of the program.</summary>
    public required PolicyModel BuiltIn { get; init; }

    /// <summary>The text of the policy of the program; empty when it was made of none, or of several.</summary>
    public required ReadOnlyMemory<byte> BuiltInText { get; init; }

    /// <summary>The text of its base, whatever lies over it; empty when it was made of no text.</summary>
    public required ReadOnlyMemory<byte> BuiltInBase { get; init; }

    /// <summary>An HttpClient for a streamtype of the policy in force, or, for those that fetch, of the program's; null when there is no such one.</summary>
    public required Func<string, HttpClient?> Clients { get; init; }

    /// <summary>The policy in force.</summary>
    public required Func<PolicyModel> InForce { get; init; }

    /// <summary>Puts a document in force, as <see cref="LocalContext.UpdatePolicy(IReadOnlyList{PolicyDocument})"/> does.</summary>
    public required Func<PolicyDocument, SsPolicyUpdate> Apply { get; init; }

    /// <summary>The same for one that stood its trial in an earlier process.</summary>
    public required Func<PolicyDocument, SsPolicyUpdate> ApplyKept { get; init; }

    /// <summary>Waits until what was applied has proved good: null at once where nothing is tried, else why it was taken back.</summary>
    public required Func<SsPolicyUpdate, CancellationToken, Task<string?>> Confirm { get; init; }

    /// <summary>What is counted.</summary>
    public required SsInstruments Instruments { get; init; }
}
