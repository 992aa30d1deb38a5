using System.Globalization;

namespace SecureStreams.Policy.Tests;

/// <summary>A row of the attribute table in the notation of Data/lws-attributes.tsv.</summary>
internal static class AttributeNotation
{
    /// <summary>What the row has in a column; also for the columns in which it may have more than is documented.</summary>
    public static string Of(PolicyAttributeInfo row, string column) => column switch
    {
        "type" => TypeOf(row),
        "range" => string.Create(CultureInfo.InvariantCulture, $"{row.Minimum}..{row.Maximum}"),
        "items" => row.MaximumItems.ToString(CultureInfo.InvariantCulture),
        "unit" => row.Unit.Length == 0 ? DocumentedAttribute.None : row.Unit,
        "default" => ValueText.OfDefault(row) ?? (row.Default.Length == 0 ? DocumentedAttribute.None : row.Default),
        "scope" => ScopeOf(row.Scopes),
        "protocols" => row.Protocols.ToString(),
        _ => throw new FormatException($"lws-attributes.tsv: no column '{column}' is compared"),
    };

    /// <summary>Whether the row does what the documents say in a column, or more where more does no harm.</summary>
    public static bool Holds(PolicyAttributeInfo row, string column, string documented) => documented == DocumentedAttribute.Unsaid || column switch
    {
        "range" => HoldsRange(row, documented),
        "items" => row.MaximumItems >= int.Parse(documented, CultureInfo.InvariantCulture),
        "scope" when documented == "*" => row.Scopes.HasFlag(PolicyScopes.Client | PolicyScopes.Server),
        "protocols" => documented.Split(' ').All(name => row.Protocols.HasFlag(ProtocolOf(name))),
        _ => Of(row, column) == documented,
    };

    private static bool HoldsRange(PolicyAttributeInfo row, string documented)
    {
        var ends = documented.Split("..");
        var last = ends[1].Length == 0 ? int.MaxValue : long.Parse(ends[1], CultureInfo.InvariantCulture);
        return row.Minimum <= long.Parse(ends[0], CultureInfo.InvariantCulture) && row.Maximum >= last;
    }

    private static string TypeOf(PolicyAttributeInfo row) => row.Kind switch
    {
        PolicyValueKind.Flag => "flag",
        PolicyValueKind.Number => "number",
        PolicyValueKind.NumberList => "numbers",
        PolicyValueKind.Text => "text",
        PolicyValueKind.Template => "template",
        PolicyValueKind.Choice => "choice",
        PolicyValueKind.Token => "token",
        PolicyValueKind.HeaderName => "header",
        PolicyValueKind.Name => $"name:{NameOf(row.RefersTo)}",
        PolicyValueKind.NameList => $"names:{NameOf(row.RefersTo)}",
        PolicyValueKind.MetadataMap => "map:header",
        PolicyValueKind.StatusMap => "map:state",
        PolicyValueKind.Section => "objects",
        PolicyValueKind.Anything => "ignored",
        _ => $"{row.Kind}, which no attribute of lws has",
    };

    private static string? NameOf(PolicySection? section) =>
        new[] { "retry", "certs", "trust_stores", "auth", "metrics", "s", "metadata" }.SingleOrDefault(name => DocumentedAttribute.SectionOf(name) == section);

    private static string ScopeOf(PolicyScopes scopes)
    {
        var letters = (scopes.HasFlag(PolicyScopes.Client) ? "C" : "") + (scopes.HasFlag(PolicyScopes.Server) ? "S" : "") + (scopes.HasFlag(PolicyScopes.Proxy) ? "P" : "");
        return letters.Length == 0 ? DocumentedAttribute.None : letters;
    }

    private static PolicyProtocols ProtocolOf(string name) => name switch
    {
        "http" or "h1" or "h2" or "h3" => PolicyProtocols.Http,
        "ws" => PolicyProtocols.WebSocket,
        "mqtt" => PolicyProtocols.Mqtt,
        "raw" => PolicyProtocols.Raw,
        _ => throw new FormatException($"lws-attributes.tsv: no protocol is called '{name}'"),
    };
}
