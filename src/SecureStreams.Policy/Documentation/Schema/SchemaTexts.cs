using System.Globalization;
using System.Text;
using Node = System.Text.Json.Nodes.JsonNode;

namespace SecureStreams.Policy;

/// <summary>What an editor shows of an attribute: its help and its default.</summary>
internal static class SchemaTexts
{
    /// <summary>All that the table says of <paramref name="row"/>, as sentences.</summary>
    public static string Describe(PolicyAttributeInfo row)
    {
        var text = new StringBuilder(row.Help);
        if (row.Default.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" Default: {row.Default}.");
        if (row.Unit.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" Unit: {row.Unit}.");
        if (row.Kind != PolicyValueKind.Section)
            text.Append(CultureInfo.InvariantCulture, $" For: {RolesOf(row.Scopes)}.");
        if (row.Section == PolicySection.StreamTypes && row.Protocols != PolicyProtocols.All)
            text.Append(CultureInfo.InvariantCulture, $" Protocols: {row.Protocols.ToNames(", ")}.");
        if (row.Kind != PolicyValueKind.Section)
            text.Append(ImpactOf(row.Impact));
        if (row.IsSecret)
            text.Append(" May hold a secret: it is never shown in messages.");
        if (row.IsExtension)
            text.Append(" Extension: lws does not know it.");
        if (!row.ActedOn)
            text.Append(" Not acted on yet: checked and kept, without effect in this release.");
        return text.ToString();
    }

    /// <summary>The default as a value; null where the table says it in words.</summary>
    public static Node? DefaultOf(PolicyAttributeInfo row) =>
        row.Default.Length > 0 && row.DefaultValue is { } value ? Node.Parse(PolicyValueWriter.ToText(row, value, redact: false)) : null;

    private static string RolesOf(PolicyScopes scopes)
    {
        List<string> roles = [];
        if (scopes.HasFlag(PolicyScopes.Client))
            roles.Add("clients");
        if (scopes.HasFlag(PolicyScopes.Server))
            roles.Add("servers");
        if (scopes.HasFlag(PolicyScopes.Proxy))
            roles.Add("proxies");
        return roles.Count == 0 ? "nobody" : string.Join(", ", roles);
    }

    private static string ImpactOf(PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => " A change takes effect at once.",
        PolicyImpact.NextAttempt => " A change takes effect at the next attempt or transaction.",
        PolicyImpact.Reconnect => " A change replaces the connection.",
        _ => " A change creates the stream anew.",
    };
}
