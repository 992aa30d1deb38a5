namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>What a hole swallows.</summary>
internal enum Hole
{
    /// <summary>Every packet, both ways.</summary>
    Both,

    /// <summary>Every packet to the server.</summary>
    ToServer,

    /// <summary>Every packet to the client.</summary>
    ToClient,

    /// <summary>Packets with payload to the server: connections are made, and nothing gets through on them.</summary>
    PayloadToServer,
}
