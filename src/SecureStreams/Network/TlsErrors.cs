namespace SecureStreams.Network;

/// <summary>Reads what the TLS library says, which is text only.</summary>
internal static class TlsErrors
{
    // OpenSSL numbers the alert 1000 + 120 (RFC 7301 section 3.2); releases without a text for it print the number.
    private static readonly string[] NoApplicationProtocol = ["no application protocol", "reason(1120)"];

    /// <summary>The reason of the innermost error, without the library's own prefix.</summary>
    public static string Text(Exception error)
    {
        var text = NetworkErrors.Innermost(error);
        var reason = text.LastIndexOf("::", StringComparison.Ordinal);
        return text.StartsWith("error:", StringComparison.Ordinal) && reason >= 0 ? text[(reason + 2)..] : text;
    }

    /// <summary>The alert by which the peer ended the handshake, or null when it sent none.</summary>
    public static string? Alert(Exception error)
    {
        var text = Text(error);
        return text.Contains("alert", StringComparison.OrdinalIgnoreCase) || IsNoApplicationProtocol(text) ? text : null;
    }

    /// <summary>Whether the peer's alert says that it speaks none of the protocols offered.</summary>
    public static bool IsNoApplicationProtocol(string text) =>
        NoApplicationProtocol.Any(one => text.Contains(one, StringComparison.OrdinalIgnoreCase));
}
