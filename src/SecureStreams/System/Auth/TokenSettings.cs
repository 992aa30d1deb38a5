using SecureStreams.Policy;

namespace SecureStreams.Tokens;

/// <summary>How the token of a scheme is fetched, and what makes two schemes one.</summary>
/// <param name="Scheme">The name of the scheme.</param>
/// <param name="StreamType">The streamtype that fetches it.</param>
/// <param name="Blob">The blob that holds it.</param>
/// <param name="RootBlob">The blob that it is fetched with.</param>
internal sealed record TokenSettings(string Scheme, string StreamType, string Blob, string RootBlob)
{
    /// <summary>How the token of a streamtype is fetched; null when it is not: it needs none, the program writes it, or it would be fetched with itself.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="find">The policy in force.</param>
    public static TokenSettings? Of(StreamTypePolicy policy, Func<string, StreamTypePolicy?> find)
    {
        if (policy.Auth is not { IsSigning: false } auth || policy.Server || policy.LocalSink || !Carries(policy))
            return null;
        return Of(auth, find) is { } settings && settings.StreamType != policy.Name ? settings : null;
    }

    /// <summary>As of a streamtype that uses the scheme.</summary>
    public static TokenSettings? Of(AuthPolicy auth, Func<string, StreamTypePolicy?> find)
    {
        if (auth.IsSigning)
            return null;
        var fetcher = auth.StreamType.Length > 0 ? auth.StreamType : TokenDefaults.StreamType;
        return auth.StreamType.Length > 0 || find(fetcher) is not null
            ? new TokenSettings(auth.Name, fetcher, auth.BlobName ?? SsBlobNames.Auth(auth.Blob), auth.Find("root_blob_name")?.Value.Text ?? SsBlobNames.AuthRoot)
            : null;
    }

    /// <summary>When a token is to be renewed.</summary>
    /// <param name="auth">The scheme as it is now; null for the defaults.</param>
    /// <param name="life">How long it lives.</param>
    /// <param name="chance">From 0 to below 1.</param>
    public static TimeSpan RenewAfter(AuthPolicy? auth, TimeSpan life, double chance)
    {
        var due = auth?.Find("refresh_lead_s") is { Value.Number: var lead }
            ? life - TimeSpan.FromSeconds(lead) is { Ticks: > 0 } rest && rest > life / 2 ? rest : life / 2
            : life * ((auth?.Find("refresh_percent")?.Value.Number ?? TokenDefaults.RefreshPercent) / 100.0);
        return due - (life * (chance / 20));
    }

    /// <summary>Whether anything of it carries the token.</summary>
    private static bool Carries(StreamTypePolicy policy) =>
        policy.Protocol == WireProtocol.Mqtt ? policy.Find("mqtt_password_blob") is null : policy.Protocol != WireProtocol.Raw && policy.BlobHeaders is { Auth: not null };
}
