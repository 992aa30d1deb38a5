using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>How much a stream holds in each direction before it slows whoever fills it.</summary>
internal static class FlowAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Bytes(static (stream, bytes) => stream.ReceiveWatermarkHigh = bytes, "rx_watermark_high", "262144", "Stop reading the peer when this much waits for the application."),
        Bytes(static (stream, bytes) => stream.ReceiveWatermarkLow = bytes, "rx_watermark_low", "131072", "Read the peer again when no more than this waits for the application."),
        Bytes(static (stream, bytes) => stream.TransmitWatermarkHigh = bytes, "tx_watermark_high", "65536", "Ask the application for no more while this much waits for the peer."),
        new()
        {
            Name = "half_open_ms", Kind = PolicyValueKind.Number, Minimum = 0, Unit = "ms", Default = "5000", Scopes = PolicyScopes.Client | PolicyScopes.Server, Protocols = PolicyProtocols.Raw, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, IsExtension = true,
            Help = "How long the connection stays for sending after the peer has ended its side, while not a byte is sent. 0 ends it with the peer.",
        },
        new()
        {
            Name = "tx_timeout_ms", Kind = PolicyValueKind.Number, Minimum = 0, Unit = "ms", Default = "60000", Scopes = PolicyScopes.Server, Protocols = PolicyProtocols.Raw | PolicyProtocols.WebSocket, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, IsExtension = true,
            Help = "How long a client may take over what is handed to the network in one write, some tx_watermark_high bytes at most; then its connection is given up. 0 for no bound.",
        },
    ];

    private static PolicyAttributeInfo<StreamTypeParts> Bytes(Action<StreamTypeParts, int> set, string name, string otherwise, string help) =>
        new((stream, value) => set(stream, (int)value.Number))
        {
            Name = name, Kind = PolicyValueKind.Number, Minimum = 1, Unit = "bytes", Default = otherwise, Scopes = PolicyScopes.Client | PolicyScopes.Server,
            ActedOn = true, Impact = PolicyImpact.NextAttempt, IsExtension = true, Help = help,
        };
}
