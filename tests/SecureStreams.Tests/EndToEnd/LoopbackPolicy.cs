using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>Policies whose streamtypes lead to the servers of a test.</summary>
internal static class LoopbackPolicy
{
    /// <summary>A whole policy around streamtypes (JSON members without the outer braces): retry <c>quick</c>, trust store <c>main</c>.</summary>
    public static string Around(string streamTypes) => $$"""
        {
          "retry": [{ "quick": { "backoff": [1, 2, 4], "conceal": 3, "jitterpc": 0 } }],
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }, { "other": "{{TestCertificates.OtherAuthority.Base64Der}}" }],
          "trust_stores": [{ "name": "main", "stack": ["root"] }, { "name": "wrong", "stack": ["other"] }],
          "s": [{ {{streamTypes}} }]
        }
        """;

    /// <summary>One streamtype: h1, h1s, h2, h2c, or raw and raws, which echo, of <paramref name="host"/>.</summary>
    public static string StreamType(string name, KestrelTestHost host, string kind, string url, string method = "GET", string more = "")
    {
        var (port, protocol, tls) = kind switch
        {
            "h1" => (host.HttpPort, "h1", "false"),
            "h1s" => (host.HttpsPort, "h1", "true, \"tls_trust_store\": \"main\""),
            "h2" => (host.H2Port, "h2", "true, \"tls_trust_store\": \"main\""),
            "raw" => (host.RawPort, "raw", "false"),
            "raws" => (host.RawTlsPort, "raw", "true, \"tls_trust_store\": \"main\""),
            _ => (host.H2cPort, "h2", "false"),
        };
        var request = protocol == "raw" ? "" : $"\"http_method\": \"{method}\", \"http_url\": \"{url}\", ";
        return $$"""
            "{{name}}": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "tls": {{tls}}, {{request}}"retry": "quick"{{(more.Length > 0 ? ", " + more : "")}} }
            """;
    }
}
