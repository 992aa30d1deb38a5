using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>Where a request of an HttpClient goes: its own path and query below those of the streamtype. Pure.</summary>
internal static class RequestAddress
{
    /// <summary>What stands for the endpoint in addresses that an HttpClient is given: it insists on a whole one. The name can never exist (RFC 6761).</summary>
    public static readonly Uri Base = new("http://secure-stream.invalid/");

    /// <summary>The address on the wire, or why there is none.</summary>
    /// <param name="policyName">The streamtype, for messages.</param>
    /// <param name="target">Where the policy leads.</param>
    /// <param name="asked">What the request says: relative, below <see cref="Base"/>, or a whole address of the policy's own endpoint. Null is the policy's address itself.</param>
    /// <param name="address">The address.</param>
    public static TransportFailure? Combine(string policyName, HttpTarget target, Uri? asked, out Uri? address)
    {
        address = null;
        string below;
        if (asked is null)
        {
            below = "";
        }
        else if (!asked.IsAbsoluteUri)
        {
            below = asked.OriginalString;
        }
        else if (asked.Scheme == Base.Scheme && asked.Port == Base.Port && asked.Host.Equals(Base.Host, StringComparison.OrdinalIgnoreCase))
        {
            below = asked.PathAndQuery;
        }
        else if (asked.UserInfo.Length == 0 && target.IsSameOrigin(asked))
        {
            // Written out in full, so nothing is put before it.
            return Assemble(policyName, target.Uri, HttpTargetText.PathOf(asked.PathAndQuery), out address);
        }
        else
        {
            return Bad(policyName, "is asked for an address of another host; where it leads is the policy's to say: give the request a path and query alone");
        }

        // One slash, no fragment, nothing that a request line cannot carry.
        below = HttpTargetText.PathOf(below);
        var (path, query) = Split(target.Uri.PathAndQuery);
        var (askedPath, askedQuery) = Split(below);
        if (askedPath != "/")
            path = path.TrimEnd('/') + askedPath;
        if (query.Length > 0 && askedQuery.Length > 0)
            query += "&";
        query += askedQuery;
        return Assemble(policyName, target.Uri, query.Length == 0 ? path : $"{path}?{query}", out address);
    }

    private static TransportFailure? Assemble(string policyName, Uri endpoint, string pathAndQuery, out Uri? address)
    {
        address = null;
        if (pathAndQuery.Length > HttpDefaults.MaxUrlChars)
            return Bad(policyName, $"is asked for an address of {pathAndQuery.Length} characters; the limit is {HttpDefaults.MaxUrlChars}");
        foreach (var segment in Split(pathAndQuery).Path.Split('/'))
        {
            // Encoded ones too: many servers decode before they resolve.
            if (segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
                return Bad(policyName, "is asked for an address with a '.' or '..' segment, which could climb out of the path that the policy wrote");
        }

        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate(endpoint.GetLeftPart(UriPartial.Authority) + pathAndQuery, options, out address) ? null : Bad(policyName, "is asked for an address that makes no usable URL");
    }

    private static (string Path, string Query) Split(string text)
    {
        var at = text.IndexOf('?', StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static TransportFailure Bad(string policyName, string problem) =>
        new(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"Streamtype '{policyName}' {problem}.") { Permanent = true };
}
