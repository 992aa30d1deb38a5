using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Buffers between a proxy and its clients.</summary>
internal static class BufferAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        Bytes("proxy_buflen", "32768", PolicyScopes.Proxy, "Payload from the peer that a proxy holds for its client."),
        Bytes("proxy_buflen_rxflow_on_above", "0", PolicyScopes.Proxy, "Stop reading the peer above this much; 0 for never."),
        Bytes("proxy_buflen_rxflow_off_below", "0", PolicyScopes.Proxy, "Read the peer again below this much."),
        Bytes("client_buflen", "32768", PolicyScopes.Proxy, "Payload that a proxied client holds."),
        Bytes("client_buflen_rxflow_on_above", "0", PolicyScopes.None, "Nothing reads it."),
        Bytes("client_buflen_rxflow_off_below", "0", PolicyScopes.None, "Nothing reads it."),
    ];

    private static PolicyAttributeInfo Bytes(string name, string otherwise, PolicyScopes scopes, string help) =>
        new() { Name = name, Kind = PolicyValueKind.Number, Unit = "bytes", Default = otherwise, Scopes = scopes, Impact = PolicyImpact.Recreate, Help = help };
}
