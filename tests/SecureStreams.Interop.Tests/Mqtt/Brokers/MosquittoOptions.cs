namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>What of a broker a test wants otherwise.</summary>
internal sealed record MosquittoOptions
{
    /// <summary>Whether it saves sessions and messages when it ends in order, and reads them when it starts.</summary>
    public bool Persists { get; init; }

    /// <summary>How many messages of QoS above 0 it has under way to a client; 0 for no bound.</summary>
    public int MaxInFlight { get; init; } = 20;

    /// <summary>Whether its log has a line for every packet.</summary>
    public bool LogsPackets { get; init; } = true;

    /// <summary>Further lines of the global part of its configuration.</summary>
    public string More { get; init; } = "";

    /// <summary>The IPv4 address where it listens.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The program and arguments that start it, such as those that enter a namespace; empty for none.</summary>
    public IReadOnlyList<string> Inside { get; init; } = [];
}
