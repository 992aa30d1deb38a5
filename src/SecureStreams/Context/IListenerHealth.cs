namespace SecureStreams;

/// <summary>A listener that knows how it is. Safe from any thread.</summary>
internal interface IListenerHealth
{
    /// <summary>Whether it hears nobody: it could neither move nor go back.</summary>
    bool IsDeaf { get; }

    /// <summary>Why it is not where the policy in force says; null when it is.</summary>
    string? MoveProblem { get; }

    /// <summary>What it last showed of itself; null for plaintext, and before the first handshake.</summary>
    (string Subject, DateTimeOffset NotAfter)? Certificate { get; }
}
