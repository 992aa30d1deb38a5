using SecureStreams.Simulation.Network;

namespace SecureStreams.Simulation.Peers;

/// <summary>A peer's program: what all its sessions share.</summary>
internal sealed class SimServer(string name, int addresses)
{
    public string Name { get; } = name;

    /// <summary>How many addresses its name has.</summary>
    public int Addresses { get; } = addresses;

    /// <summary>For the governor's invariant: when its budget would be whole again.</summary>
    public long WholeAt { get; set; }

    public SimPath Path { get; } = new();

    /// <summary>What a busy peer says about coming back, in milliseconds; 0 for nothing.</summary>
    public int RetryAfterMilliseconds { get; set; }
}
