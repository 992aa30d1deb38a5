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
        foreach (var value in model.Document.Stated.Where(static value => value.Attribute is not PolicyAttributeInfo<DocumentParts>))
            text.AppendLine(CultureInfo.InvariantCulture, $"also {Value(value)}");
        foreach (var retry in model.Retries.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"retry {retry.Name}: [{string.Join(' ', retry.Backoff.Select(static one => one.TotalMilliseconds))}] ms conceal {retry.Conceal} jitter {retry.JitterPercent}% ping {retry.ValidityPing?.TotalSeconds} hup {retry.ValidityHangup?.TotalSeconds} stated {Stated(retry)}");
        }

        foreach (var certificate in model.Certificates.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"cert {certificate.Name}: {certificate.Der.Length} bytes {certificate.Problem}");
        foreach (var store in model.TrustStores.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"trust store {store.Name}: {string.Join(' ', store.Certificates)}");
        foreach (var auth in model.Auths.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"Auth '{auth}': {string.Join(' ', auth.Stated.Select(Value))}");
        foreach (var metric in model.Metrics)
            text.AppendLine(CultureInfo.InvariantCulture, $"Metrics '{metric}': {string.Join(' ', metric.Stated.Select(Value))}");
        foreach (var stream in model.StreamTypes.Values.OrderBy(static one => one.Name, StringComparer.Ordinal))
            Write(text, stream);
        return text.ToString();
    }

    private static void Write(StringBuilder text, StreamTypePolicy stream)
    {
        text.AppendLine(CultureInfo.InvariantCulture,
            $"streamtype {stream.Name}: {(stream.LocalSink ? "local sink" : stream.Server ? "server" : "client")} '{stream.Endpoint}' {stream.Port} {stream.Protocol} retry {stream.Retry?.Name ?? "-"}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  tls {stream.Tls} trust {stream.TrustStore?.Name ?? "-"} opportunistic {stream.Opportunistic} nailed_up {stream.NailedUp} redirects {stream.AllowRedirects} long_poll {stream.LongPoll} timeout {stream.Timeout?.TotalMilliseconds}");
        foreach (var one in stream.Metadata)
            text.AppendLine(CultureInfo.InvariantCulture, $"  metadata {one.Name} -> {one.Header ?? "-"}");
        if (stream.Http is { } http)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  http {http.Method} '{http.Url}' expect {http.Expect} fail_redirect {http.FailRedirect} no_length {http.NoContentLength} form {http.FormUrlEncoded} map {string.Join(' ', http.ResponseMap)}");
        }

        if (stream.BlobHeaders is { } blobs)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  blobs auth {blobs.Auth} preamble '{blobs.AuthPreamble}' hex {blobs.AuthHexify} serial {blobs.DeviceSerial} firmware {blobs.FirmwareVersion} type {blobs.DeviceType}");
        }

        if (stream.Proxy is { } proxy)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {proxy} user {proxy.User ?? "-"} of {proxy.Location}");
        if (stream.Auth is { } auth)
            text.AppendLine(CultureInfo.InvariantCulture, $"  auth {auth}");
        foreach (var value in stream.Stated.Where(one => one.Attribute is not PolicyAttributeInfo<StreamTypeParts> && (stream.Http is null || one.Attribute is not PolicyAttributeInfo<HttpParts>)))
            text.AppendLine(CultureInfo.InvariantCulture, $"  also {Value(value)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  stated {Stated(stream)}");
    }

    private static string Value(PolicyAttributeValue one) => one.Attribute.Kind switch
    {
        PolicyValueKind.Flag => $"{one.Attribute.Name}={one.Value.Flag}",
        PolicyValueKind.Number => $"{one.Attribute.Name}={one.Value.Number}",
        _ => $"{one.Attribute.Name}='{one.Value.Text}'",
    };

    private static string Stated(PolicyPart part) => string.Join(' ', part.Stated
        .Select(static value => (name: value.Attribute.Name, place: value.Location))
        .OrderBy(static one => one.place.Line).ThenBy(static one => one.place.Column)
        .Select(static one => $"{one.name}@{one.place.Line},{one.place.Column}"));
}
