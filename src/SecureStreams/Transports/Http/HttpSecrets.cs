using System.Text;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>The credentials that a request carries in its headers.</summary>
internal static class HttpSecrets
{
    /// <summary>Those of <paramref name="request"/>; null when it carries none.</summary>
    /// <param name="plan">The policy, which says what blobs and metadata put into it.</param>
    /// <param name="request">The request as it was sent.</param>
    public static QuotedSecrets? Of(HttpPlan plan, HttpRequestMessage? request)
    {
        if (request is null)
            return null;
        QuotedSecrets? secrets = null;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!IsCredential(plan, name))
                continue;
            foreach (var value in values)
                Add(secrets ??= new QuotedSecrets(), value);
        }

        return secrets;
    }

    private static bool IsCredential(HttpPlan plan, string name)
    {
        // The handshake of WebSocket has a key that is none.
        if (HttpHeaderRow.IsCredentialName(name))
            return !name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase);
        foreach (var header in plan.BlobHeaders)
        {
            // What the others hold says which device it is, and is no secret.
            if (header.IsRequired && name.Equals(header.Name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        foreach (var row in plan.Headers)
        {
            if (row.IsCredential && name.Equals(row.Name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>The value, what follows the scheme in it (RFC 9110 section 11.4), what basic credentials say (RFC 7617), and each value of a cookie.</summary>
    private static void Add(QuotedSecrets secrets, string value)
    {
        secrets.Add(value);
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || value.Contains(';', StringComparison.Ordinal))
        {
            foreach (var pair in value.Split(';', StringSplitOptions.TrimEntries))
                secrets.Add(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            return;
        }

        var credentials = value[(space + 1)..].Trim();
        secrets.Add(credentials);
        var bytes = new byte[credentials.Length];
        if (value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && Convert.TryFromBase64String(credentials, bytes, out var count))
        {
            var pair = Encoding.UTF8.GetString(bytes.AsSpan(0, count));
            secrets.Add(pair);
            secrets.Add(pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        }
    }
}
