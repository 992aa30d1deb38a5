namespace SecureStreams.Interop.Tests.WebSocket.Clients;

/// <summary>The close codes that may be on the wire (RFC 6455 section 7.4 and the IANA registry).</summary>
internal static class CloseCodes
{
    /// <summary>Every registered one, and the ends of the two ranges that are left to others.</summary>
    public static readonly IReadOnlyList<int> All = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];

    /// <summary>What a stream is told when its peer sends one.</summary>
    public static SsCauseCode CauseOf(int code) => code == 1013 ? SsCauseCode.PeerBusy : SsCauseCode.PeerClosed;
}
