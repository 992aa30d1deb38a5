using System.Collections.Immutable;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>What a <see cref="Flow"/> does: streams that publish numbered messages, and streams that receive them.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="StateFolder">Where sessions outlast the process; null for nowhere.</param>
/// <param name="Publish">Streamtypes that publish, each with the metadata <c>topic</c> in its topic.</param>
/// <param name="Subscribe">Streamtypes that receive.</param>
/// <param name="First">The number of the first message, of each that publishes in its order.</param>
/// <remarks>Each publishes up to <see cref="Ahead"/> messages by itself, and then as many as <see cref="Flow.Permit"/> allows.</remarks>
public sealed record FlowRequest(string Policy, string? StateFolder, ImmutableArray<string> Publish, ImmutableArray<string> Subscribe, ImmutableArray<long> First)
{
    /// <summary>How many topics a streamtype publishes to, in turns.</summary>
    public const int Topics = 3;

    /// <summary>How many of its messages may be without an acknowledgement.</summary>
    public const int Window = 16;

    /// <summary>How many messages a streamtype publishes beyond the last that is known to have arrived. Brokers keep their order among what they have under way.</summary>
    public const int Ahead = 40;
}
