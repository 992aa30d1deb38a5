using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>Why a token cannot be had. Values of blobs and tokens never stand in a message.</summary>
internal static class TokenFailures
{
    /// <summary>The stream that fetched it failed.</summary>
    /// <param name="settings">The scheme.</param>
    /// <param name="cause">What its stream was told.</param>
    /// <param name="detail">What operators know of that; null when nothing is.</param>
    public static TransportFailure Fetch(TokenSettings settings, SsCause cause, SsDetail? detail) =>
        new(cause.Phase, cause.Code, $"{Begin(settings)} streamtype '{settings.StreamType}' failed with {cause.Phase}/{cause.Code}{(cause.DetailId == 0 ? "" : $" (detail {cause.DetailId})")}: {detail?.Message ?? "see its own details"}")
        {
            Status = cause.Status,
            Endpoint = detail?.Endpoint,
            Attribute = "use_auth",
        };

    /// <summary>The server refused it.</summary>
    /// <param name="settings">The scheme.</param>
    /// <param name="cause">Of the refusal.</param>
    /// <param name="detail">What operators know of that; null when nothing is.</param>
    /// <param name="said">What the reply says; null when it says nothing that is known.</param>
    public static TransportFailure Refused(TokenSettings settings, SsCause cause, SsDetail? detail, string? said) =>
        new(SsPhase.Peer, SsCauseCode.CredentialsRefused, $"{Begin(settings)} the server of streamtype '{settings.StreamType}' refuses it with status {cause.Status}{(cause.DetailId == 0 ? "" : $" (detail {cause.DetailId})")}{(said is null ? "" : $"; {said}")}. Check blob '{settings.RootBlob}', which it is asked with.")
        {
            Status = cause.Status,
            Endpoint = detail?.Endpoint,
            Attribute = "use_auth",
        };

    /// <summary>The reply has no token.</summary>
    public static TransportFailure Unusable(TokenSettings settings, string problem) =>
        new(SsPhase.Protocol, SsCauseCode.ProtocolError, $"{Begin(settings)} the reply to streamtype '{settings.StreamType}' cannot be used: {problem}.") { Attribute = "use_auth" };

    /// <summary>There is nothing to fetch it with.</summary>
    public static TransportFailure NoRoot(TokenSettings settings, string problem, Exception? error = null) =>
        new(SsPhase.Policy, error is null ? SsCauseCode.BlobMissing : SsCauseCode.BlobUnusable, $"{Begin(settings)} blob '{settings.Blob}' has none that is good, and blob '{settings.RootBlob}', which it is fetched with, {problem}; set one of them, and the next attempt takes it.")
        {
            Attribute = "use_auth",
            Error = error,
        };

    /// <summary>The token was fetched and cannot be kept.</summary>
    public static TransportFailure NotStored(TokenSettings settings, Exception error) =>
        new(SsPhase.Policy, SsCauseCode.BlobUnusable, $"{Begin(settings)} it was fetched, and blob '{settings.Blob}' cannot be written: {error.Message}") { Attribute = "use_auth", Error = error };

    /// <summary>The streamtype that fetches it cannot.</summary>
    public static TransportFailure NoFetcher(TokenSettings settings, string problem) =>
        new(SsPhase.Policy, SsCauseCode.NotSupported, $"{Begin(settings)} streamtype '{settings.StreamType}', which fetches it, {problem}.") { Attribute = "use_auth" };

    /// <summary>A request for a token took too long.</summary>
    public static TransportFailure TooSlow(TokenSettings settings) =>
        new(SsPhase.Timeout, SsCauseCode.ResponseTimeout, string.Create(CultureInfo.InvariantCulture, $"{Begin(settings)} the request of streamtype '{settings.StreamType}' was not answered in full within {TokenDefaults.LongestFetch.TotalSeconds:0} s.")) { Attribute = "use_auth" };

    /// <summary>The attempt waited for it as long as it may take.</summary>
    /// <param name="settings">The scheme.</param>
    /// <param name="policy">The streamtype that waits.</param>
    /// <param name="last">What the stream that fetches it was told last; null for nothing.</param>
    public static TransportFailure WaitedInVain(TokenSettings settings, StreamTypePolicy policy, TransportFailure? last)
    {
        var waited = string.Create(CultureInfo.InvariantCulture, $"{Begin(settings)} streamtype '{settings.StreamType}' still tries to fetch it after {policy.ConnectTimeout.TotalSeconds:0.###} s");
        return last is null
            ? new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"{waited}, which is all that the attempt may take.") { Attribute = "connect_timeout_ms", IsAuth = true }
            : last with { Message = $"{waited}. {last.Message}", IsAuth = true };
    }

    /// <summary>What an attempt does that waits for the token.</summary>
    /// <param name="settings">The scheme.</param>
    /// <param name="last">What the stream that fetches it was told last; null for nothing.</param>
    public static string DescribeWait(TokenSettings settings, TransportFailure? last) =>
        $"waits for the token of scheme '{settings.Scheme}', which streamtype '{settings.StreamType}' fetches; {(last is null ? "no attempt of that has failed" : $"the last failure of that: {last.Phase}/{last.Code}: {last.Message}")}";

    /// <summary>The policy has changed so that the token is another's.</summary>
    public static TransportFailure SchemeChanged(TokenSettings settings) =>
        new(SsPhase.Update, SsCauseCode.PolicyChanged, $"The policy was changed, and scheme '{settings.Scheme}' is another; the next attempt takes it.") { Attribute = "use_auth" };

    private static string Begin(TokenSettings settings) => $"The token of scheme '{settings.Scheme}' cannot be had:";
}
