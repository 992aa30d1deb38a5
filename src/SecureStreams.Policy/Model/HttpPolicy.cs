using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>The attributes of a streamtype that only HTTP reads.</summary>
public sealed record HttpPolicy
{
    /// <summary><c>http_method</c>; GET when the policy states none.</summary>
    public required string Method { get; init; }

    /// <summary><c>http_url</c> (or <c>aux</c>), with or without its leading slash; the path is / when the policy states none.</summary>
    public required PolicyTemplate Url { get; init; }

    /// <summary><c>http_expect</c>: the only status that is a success; null means 200..299.</summary>
    public required int? Expect { get; init; }

    /// <summary><c>http_fail_redirect</c>: a redirect fails the attempt even where redirects are allowed.</summary>
    public required bool FailRedirect { get; init; }

    /// <summary><c>http_no_content_length</c>: never send content-length.</summary>
    public required bool NoContentLength { get; init; }

    /// <summary><c>http_www_form_urlencoded</c>: the body's content type.</summary>
    public required bool FormUrlEncoded { get; init; }

    /// <summary><c>http_resp_map</c>: user state (1000 or above) by status, in the order of the policy.</summary>
    public required ImmutableArray<KeyValuePair<int, int>> ResponseMap { get; init; }

    /// <summary>By value, the map included.</summary>
    public bool Equals(HttpPolicy? other) =>
        other is not null && Method == other.Method && Url.Equals(other.Url) && Expect == other.Expect && FailRedirect == other.FailRedirect &&
        NoContentLength == other.NoContentLength && FormUrlEncoded == other.FormUrlEncoded &&
        ResponseMap.AsSpan().SequenceEqual(other.ResponseMap.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Method, Url, Expect, FailRedirect, NoContentLength, FormUrlEncoded, ResponseMap.Length);
}
