using System.Globalization;
using System.Text;

namespace SecureStreams.Policy.Tests;

/// <summary>A model as text, every value, in an order that does not depend on the machine.</summary>
internal static class ModelText
{
    public static string Of(PolicyLoadResult result)
    {
        var text = new StringBuilder();
        foreach (var diagnostic in result.Diagnostics)
            text.AppendLine(CultureInfo.InvariantCulture, $"{diagnostic}  [{diagnostic.JsonPath}]");
        if (result.Model is not { } model)
            return text.AppendLine("no model").ToString();

        text.AppendLine(CultureInfo.InvariantCulture, $"release '{model.Release}' product '{model.Product}' schema {model.SchemaVersion}");
        foreach (var value in model.Additional)
            text.AppendLine(CultureInfo.InvariantCulture, $"also {Value(value)}");
        foreach (var retry in model.Retries.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"retry {retry.Name}: [{string.Join(' ', retry.Backoff.Select(static one => one.TotalMilliseconds))}] ms conceal {retry.Conceal} jitter {retry.JitterPercent}% ping {retry.ValidityPing?.TotalSeconds} hup {retry.ValidityHangup?.TotalSeconds} stated {Stated(retry.Provenance)}");
        }

        foreach (var certificate in model.Certificates.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"cert {certificate.Name}: {certificate.Der.Length} bytes {certificate.Problem}");
        foreach (var store in model.TrustStores.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"trust store {store.Name}: {string.Join(' ', store.Certificates)}");
        foreach (var entry in model.OtherEntries)
            text.AppendLine(CultureInfo.InvariantCulture, $"{entry}: {string.Join(' ', entry.Values.Select(Value))}");
        foreach (var stream in model.StreamTypes.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            Write(text, stream);
        return text.ToString();
    }

    private static void Write(StringBuilder text, StreamTypePolicy stream)
    {
        text.AppendLine(CultureInfo.InvariantCulture,
            $"streamtype {stream.Name}: {(stream.Server ? "server" : "client")} '{stream.Endpoint}' {stream.Port} {stream.Protocol} retry {stream.Retry?.Name ?? "-"}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  tls {stream.Tls} trust {stream.TrustStore?.Name ?? "-"} opportunistic {stream.Opportunistic} nailed_up {stream.NailedUp} redirects {stream.AllowRedirects} long_poll {stream.LongPoll} timeout {stream.Timeout?.TotalMilliseconds}");
        foreach (var one in stream.Metadata)
            text.AppendLine(CultureInfo.InvariantCulture, $"  metadata {one.Name} -> {one.Header ?? "-"}");
        if (stream.Http is { } http)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  http {http.Method} '{http.Url}' expect {http.Expect} fail_redirect {http.FailRedirect} no_length {http.NoContentLength} form {http.FormUrlEncoded} map {string.Join(' ', http.ResponseMap)}");
        }

        foreach (var value in stream.Additional)
            text.AppendLine(CultureInfo.InvariantCulture, $"  also {Value(value)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  stated {Stated(stream.Provenance)}");
    }

    private static string Value(PolicyAttributeValue one) => one.Attribute.Kind switch
    {
        PolicyValueKind.Flag => $"{one.Attribute.Name}={one.Value.Flag}",
        PolicyValueKind.Number => $"{one.Attribute.Name}={one.Value.Number}",
        _ => $"{one.Attribute.Name}='{one.Value.Text}'",
    };

    private static string Stated(PolicyProvenance provenance) => string.Join(' ', provenance.Attributes
        .Select(name => (name, place: provenance.Find(name)!.Value))
        .OrderBy(static one => one.place.Line).ThenBy(static one => one.place.Column)
        .Select(static one => $"{one.name}@{one.place.Line},{one.place.Column}"));
}
