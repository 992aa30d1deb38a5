using SecureStreams.Policy;

namespace SecureStreams.Simulation.Application;

/// <summary>A streamtype of the simulation, and what its policy means.</summary>
/// <param name="Policy">The streamtype.</param>
/// <param name="Server">Which of the servers it leads to.</param>
/// <param name="HasBody">Whether its requests have a body.</param>
/// <param name="Acknowledges">Whether its messages are acknowledged one by one.</param>
internal sealed record StreamKind(StreamTypePolicy Policy, int Server, bool HasBody, bool Acknowledges)
{
    public string Name => Policy.Name;

    public bool IsTransactional => Policy.Protocol is WireProtocol.H1 or WireProtocol.H2;

    public RetryPolicy Retry => Policy.Retry!;

    /// <summary>Whether it never gives up.</summary>
    public bool ForEver => Retry.Conceal == RetryPolicy.Forever;
}
