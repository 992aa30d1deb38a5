using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>The HTTP transaction.</summary>
internal static class HttpAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.Method = value.Text)
        {
            Name = "http_method", Kind = PolicyValueKind.Token, Default = "GET", Protocols = PolicyProtocols.Http, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "The method.",
            Refused =
            [
                KeyValuePair.Create("CONNECT", "a tunnel is not a transaction"),
                KeyValuePair.Create("TRACE", "the answer would repeat the request with its credentials"),
            ],
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.Url = value.Template)
        {
            Name = "http_url", OldSpellings = ["aux"], Kind = PolicyValueKind.Template, Default = "/", Scopes = PolicyScopes.Client | PolicyScopes.Server,
            Protocols = PolicyProtocols.Http | PolicyProtocols.WebSocket | PolicyProtocols.Mqtt, ActedOn = true, Impact = PolicyImpact.NextAttempt,
            Help = "Path and query, with or without a leading slash. mqtt: of the WebSocket connection of mqtt_over_ws.",
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.Expect = value.Number == 0 ? null : (int)value.Number)
        {
            Name = "http_expect", Kind = PolicyValueKind.Number, Minimum = 100, Maximum = 599, ZeroMeansDefault = true, Default = "200 to 299",
            Protocols = PolicyProtocols.Http, ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "The only status that counts as success.",
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.FailRedirect = value.Flag)
        {
            Name = "http_fail_redirect", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "A redirect fails the attempt, even where allow_redirects is set.",
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.NoContentLength = value.Flag)
        {
            Name = "http_no_content_length", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Client | PolicyScopes.Server,
            Protocols = PolicyProtocols.Http, ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "Never send content-length.",
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.FormUrlEncoded = value.Flag)
        {
            Name = "http_www_form_urlencoded", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "The body's content type is application/x-www-form-urlencoded.",
        },
        new PolicyAttributeInfo<HttpParts>(static (http, value) => http.ResponseMap =
            [.. value.Pairs.Select(static pair => KeyValuePair.Create(int.Parse(pair.Key, null), (int)pair.Value.Number))])
        {
            Name = "http_resp_map", Kind = PolicyValueKind.StatusMap, Minimum = 1000, Maximum = 65535, Default = "[]", Protocols = PolicyProtocols.Http,
            ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "User states by status: [{\"404\": 1404}].",
        },
        Flag("http_cookies", "Keep the peer's cookies and send them back.", isActedOn: true),
        new()
        {
            Name = "http_multipart_ss_in", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Client | PolicyScopes.Server,
            Protocols = PolicyProtocols.Http, ActedOn = true, Impact = PolicyImpact.NextAttempt,
            Help = "Take multipart responses apart, and servers multipart requests: a message for each part.",
        },
        new()
        {
            Name = "http_multipart_name", Kind = PolicyValueKind.Text, Protocols = PolicyProtocols.Http, ActedOn = true, Impact = PolicyImpact.NextAttempt,
            Help = "Send the body as a part of multipart/form-data, of this name; the streamtype's own where another attribute asks for a part.",
        },
        new()
        {
            Name = "http_multipart_filename", Kind = PolicyValueKind.Text, Protocols = PolicyProtocols.Http, ActedOn = true, Impact = PolicyImpact.NextAttempt,
            Help = "Send the body as a part of multipart/form-data, of this file name.",
        },
        new()
        {
            Name = "http_mime_content_type", OldSpellings = ["http_multipart_content_type"], Kind = PolicyValueKind.Text, Protocols = PolicyProtocols.Http,
            ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "Send the body as a part of multipart/form-data, of this content type.",
        },
        new()
        {
            Name = "rideshare", Kind = PolicyValueKind.Name, RefersTo = PolicySection.StreamTypes, Protocols = PolicyProtocols.Http,
            ActedOn = true, Impact = PolicyImpact.NextAttempt, Help = "The streamtype that supplies the next part of the same transaction.",
        },
        Flag("nghttp2_quirk_end_stream", "End a request's body with a frame of its own, for peers that wait for it; h2 always does.", isActedOn: true),
        new()
        {
            Name = "http_expect_continue", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, IsExtension = true, Help = "Ask the peer (Expect: 100-continue) before a body is sent.",
        },
        new()
        {
            Name = "http_trailers", Kind = PolicyValueKind.NameList, RefersTo = PolicySection.Metadata, Default = "[]", Scopes = PolicyScopes.Server, Protocols = PolicyProtocols.Http,
            ActedOn = true, IsExtension = true, Impact = PolicyImpact.NextAttempt,
            Help = "Metadata with a header that travel behind the body instead: read at the end of a request's, and sent after that of an answer.",
        },
        new()
        {
            Name = "protocol_fallback", Kind = PolicyValueKind.Choice, Choices = ["h1", "h2"], Protocols = PolicyProtocols.Http, ActedOn = true,
            IsExtension = true, Help = "What h3 is replaced by where there is no QUIC, as in this release; without it such a stream is refused.",
        },
        Flag("h2q_oflow_txcr", "Bear a peer that overflows our transmit credit; the platform cannot."),
    ];

    private static PolicyAttributeInfo Flag(string name, string help, bool isActedOn = false) => new()
    {
        Name = name, Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http, ActedOn = isActedOn, Impact = PolicyImpact.NextAttempt, Help = help,
    };
}
