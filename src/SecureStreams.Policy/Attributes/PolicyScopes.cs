namespace SecureStreams.Policy;

/// <summary>Which roles an attribute means something to.</summary>
[Flags]
public enum PolicyScopes
{
    /// <summary>None: the value is kept and nothing reads it.</summary>
    None = 0,

    /// <summary>A stream that connects.</summary>
    Client = 1,

    /// <summary>A stream that listens.</summary>
    Server = 2,

    /// <summary>A proxy that serves streams to other processes.</summary>
    Proxy = 4,
}
