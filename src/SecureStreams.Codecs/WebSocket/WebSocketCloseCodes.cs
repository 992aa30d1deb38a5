namespace SecureStreams.Codecs.WebSocket;

/// <summary>The status codes of close frames (RFC 6455 section 7.4 and the IANA WebSocket Close Code Number Registry).</summary>
public static class WebSocketCloseCodes
{
    /// <summary>The purpose of the connection is fulfilled.</summary>
    public const int Normal = 1000;

    /// <summary>The endpoint goes away: a server shuts down, a program ends.</summary>
    public const int GoingAway = 1001;

    /// <summary>The other side broke the protocol.</summary>
    public const int ProtocolError = 1002;

    /// <summary>Stands for a close frame without a code. Never on the wire.</summary>
    public const int NoStatus = 1005;

    /// <summary>Stands for a connection that ended without a close frame. Never on the wire.</summary>
    public const int Abnormal = 1006;

    /// <summary>The other side sent payload that does not fit its type, such as text that is not UTF-8.</summary>
    public const int InvalidPayload = 1007;

    /// <summary>The other side broke a rule that has no code of its own.</summary>
    public const int PolicyViolation = 1008;

    /// <summary>The other side sent a message longer than is taken.</summary>
    public const int MessageTooBig = 1009;

    /// <summary>Something unexpected keeps this side from going on.</summary>
    public const int InternalError = 1011;

    /// <summary>Whether a close frame may carry <paramref name="code"/>: the registered codes, and those left to libraries (3000-3999) and applications (4000-4999).</summary>
    public static bool MayBeReceived(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    /// <summary>Whether this side may send <paramref name="code"/>. As <see cref="MayBeReceived"/>, but 1010 (an extension is missing) is for clients alone to say.</summary>
    /// <param name="code">The code.</param>
    /// <param name="role">Which side this is.</param>
    public static bool MayBeSent(int code, WebSocketRole role) => MayBeReceived(code) && (code != 1010 || role == WebSocketRole.Client);

    /// <summary>What <paramref name="code"/> means, in a few words; empty for codes that only its users know.</summary>
    public static string Describe(int code) => code switch
    {
        Normal => "normal closure",
        GoingAway => "going away",
        ProtocolError => "protocol error",
        1003 => "unsupported data",
        NoStatus => "no status",
        Abnormal => "no close frame",
        InvalidPayload => "invalid payload",
        PolicyViolation => "policy violation",
        MessageTooBig => "message too big",
        1010 => "extension missing",
        InternalError => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        _ => "",
    };
}
