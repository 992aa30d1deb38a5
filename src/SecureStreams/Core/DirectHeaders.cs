using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>Headers that an application sets and reads by their names (<c>direct_proto_str</c>): which names it may use. Pure.</summary>
internal static class DirectHeaders
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";
    private const int MaxNameChars = 256;

    /// <summary>Whether <paramref name="policy"/> lets it, and has headers.</summary>
    public static bool AreAllowedBy(StreamTypePolicy policy) =>
        policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3 or WireProtocol.WebSocket && policy.Find("direct_proto_str") is { Value.Flag: true };

    /// <summary>The header's name; lws wants a colon behind it, which is optional here.</summary>
    public static string NameOf(string name) => name.EndsWith(':') ? name[..^1] : name;

    /// <summary>Why <paramref name="name"/> is no header's name; null when it is one.</summary>
    public static string? ProblemOf(string name) => name.Length is > 0 and <= MaxNameChars && name.All(static c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c, StringComparison.Ordinal))
        ? null
        : $"a header's name has 1 to {MaxNameChars} letters, digits and {TokenMarks}";

    /// <summary>Why a header of this name is not the application's to set; null when it is.</summary>
    public static string? RefusalOf(string name) => ProblemOf(name) ?? name.ToUpperInvariant() switch
    {
        "CONNECTION" or "KEEP-ALIVE" or "PROXY-CONNECTION" or "TRANSFER-ENCODING" or "UPGRADE" or "TE" or "TRAILER" or "HTTP2-SETTINGS" =>
            "it belongs to the connection, which others may share, and not to the request",
        "CONTENT-LENGTH" => "it says where the body ends; RequestTransmit(length) announces that",
        "EXPECT" => "it changes how the body is sent; http_expect_continue in the policy asks for that",
        "PROXY-AUTHORIZATION" => "it is for a proxy, which the policy names with its credentials",
        _ when name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase) => "it belongs to the WebSocket handshake",
        _ => null,
    };
}
