namespace SecureStreams.Policy;

/// <summary>Which wire protocols an attribute means something to.</summary>
[Flags]
public enum PolicyProtocols
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>h1, h2 and h3.</summary>
    Http = 1,

    /// <summary>ws.</summary>
    WebSocket = 2,

    /// <summary>mqtt.</summary>
    Mqtt = 4,

    /// <summary>raw.</summary>
    Raw = 8,

    /// <summary>Every protocol.</summary>
    All = Http | WebSocket | Mqtt | Raw,
}
