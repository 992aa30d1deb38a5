using System.Collections.Immutable;
using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>Gathers what holds for a part, row by row of the table.</summary>
/// <param name="all">Whether defaults are gathered too.</param>
internal sealed class EffectivePolicyBuilder(bool all)
{
    public EffectivePolicy Build(PolicyPart part)
    {
        var values = ImmutableArray.CreateBuilder<EffectiveValue>();
        if (part is CertificatePolicy certificate)
        {
            values.Add(ContentOf(certificate));
            return new EffectivePolicy(part, values.ToImmutable());
        }

        foreach (var row in PolicyAttributeTable.Of(part.Section))
        {
            // The name heads the table.
            if (row.Kind == PolicyValueKind.Section || row.Name == "name")
                continue;
            if (part.Find(row.Name) is { } stated)
                AddStated(values, part, stated);
            else if (row.Name == "use_auth" && part is StreamTypePolicy { Auth: { } implied })
                values.Add(Default(row, PolicyValueWriter.Quote(implied.Name), isJson: true, Build(implied)));
            else if (part is StreamTypePolicy { Proxy: { } proxy } && row.Name == proxy.Attribute && part.Find("via-socks5") is null && part.Find("via_http_proxy") is null)
                AddStated(values, part, new PolicyAttributeValue(row, PolicyValue.Of(proxy.Text), proxy.Location));
            else if (all && IsMeantFor(part, row))
                AddDefault(values, row);
        }

        return new EffectivePolicy(part, values.ToImmutable());
    }

    private void AddStated(ImmutableArray<EffectiveValue>.Builder values, PolicyPart part, PolicyAttributeValue stated)
    {
        var row = stated.Attribute;
        if (!stated.Value.Pairs.IsEmpty)
        {
            foreach (var pair in stated.Value.Pairs)
            {
                values.Add(new EffectiveValue
                {
                    Attribute = row, Key = pair.Key, Text = PolicyValueWriter.ItemToText(row, pair.Value, redact: true), IsJson = true, IsStated = true,
                    Location = pair.Location,
                });
            }

            return;
        }

        // Where what is stated asks for the default, the default is what holds.
        var holds = row.MeansDefault(stated.Value) && row.DefaultValue is { } otherwise ? otherwise : stated.Value;
        var isRead = row.Kind != PolicyValueKind.Anything;
        values.Add(new EffectiveValue
        {
            Attribute = row, Text = isRead ? PolicyValueWriter.ToText(row, holds, redact: true) : "(not read)", IsJson = isRead, IsStated = true,
            Location = stated.Location, Parts = [.. ReferredTo(part, row).Select(Build)],
        });
    }

    private static void AddDefault(ImmutableArray<EffectiveValue>.Builder values, PolicyAttributeInfo row)
    {
        if (row.DefaultValue is { } value && (row.Default.Length == 0 || !row.Default.Contains(' ', StringComparison.Ordinal) || row.Kind == PolicyValueKind.NumberList))
            values.Add(Default(row, PolicyValueWriter.ToText(row, value, redact: true), isJson: true));
        else
            values.Add(Default(row, row.Default.Length == 0 ? "(none)" : $"({row.Default})", isJson: false));
    }

    private static EffectiveValue Default(PolicyAttributeInfo row, string text, bool isJson, params ReadOnlySpan<EffectivePolicy> parts) =>
        new() { Attribute = row, Text = text, IsJson = isJson, IsStated = false, Location = null, Parts = [.. parts] };

    private static EffectiveValue ContentOf(CertificatePolicy certificate) => new()
    {
        Attribute = null, IsStated = certificate.Place is not null, Location = certificate.Place, IsJson = false,
        Text = certificate.Problem is { } problem
            ? $"({problem})"
            : string.Create(CultureInfo.InvariantCulture, $"({PartComparer.Fingerprint(certificate).Text}, {certificate.Der.Length} bytes)"),
    };

    private static IEnumerable<PolicyPart> ReferredTo(PolicyPart part, PolicyAttributeInfo row) => (part, row.Name) switch
    {
        (StreamTypePolicy { Retry: { } retry }, "retry") => [retry],
        (StreamTypePolicy { TrustStore: { } store }, "tls_trust_store") => [store],
        (StreamTypePolicy { ServerCertificate: { } certificate }, "server_cert") => [certificate],
        (StreamTypePolicy { ServerKey: { } key }, "server_key") => [key],
        (StreamTypePolicy { Auth: { } auth }, "use_auth") => [auth],
        (StreamTypePolicy { ClientTrustStore: { } store }, "tls_client_trust_store") => [store],
        (TrustStorePolicy { Certificates: var certificates }, "stack") => certificates,
        _ => [],
    };

    /// <summary>Whether the attribute means something to the part: to a streamtype by its role and protocol.</summary>
    private static bool IsMeantFor(PolicyPart part, PolicyAttributeInfo row)
    {
        if (part is not StreamTypePolicy stream)
            return true;

        // What makes it a client is that server is not set; a proxy can serve any client.
        var roles = stream.Server ? PolicyScopes.Server : PolicyScopes.Client | PolicyScopes.Proxy;
        return ((row.Scopes & roles) != PolicyScopes.None || row.Name == "server") && (row.Protocols & StreamTypeRules.SpokenBy(stream)) != PolicyProtocols.None;
    }
}
