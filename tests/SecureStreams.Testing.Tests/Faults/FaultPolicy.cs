using System.Globalization;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Testing.Tests.Faults;

/// <summary>A policy with a streamtype for each protocol, leading to one test host.</summary>
internal static class FaultPolicy
{
    /// <param name="host">Where they lead; null for a port at which nobody must be asked.</param>
    /// <param name="more">What the streamtype <c>raw</c> states as well, each with a comma before it.</param>
    public static string Of(KestrelTestHost? host, string more = "") => $$"""
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 4000], "conceal": 65535, "jitterpc": 0 } },
                    { "heard": { "backoff": [1000], "conceal": 65535, "jitterpc": 0, "svalidping": 10, "svalidhup": 20 } }],
          "certs": [{ "root": "{{Convert.ToBase64String(TestCertificates.Authority.Certificate.RawData)}}" }],
          "trust_stores": [{ "name": "test", "stack": ["root"] }],
          "s": [{
            "raw": { "endpoint": "127.0.0.1", "port": {{Port(host?.RawPort)}}, "protocol": "raw", "retry": "default"{{more}} },
            "rawtls": { "endpoint": "localhost", "port": {{Port(host?.RawTlsPort)}}, "protocol": "raw", "tls": true, "tls_trust_store": "test", "retry": "default" },
            "h1": { "endpoint": "localhost", "port": {{Port(host?.HttpsPort)}}, "protocol": "h1", "tls": true, "tls_trust_store": "test", "http_method": "GET", "http_url": "/bytes/20", "retry": "default" },
            "h2": { "endpoint": "localhost", "port": {{Port(host?.H2Port)}}, "protocol": "h2", "tls": true, "tls_trust_store": "test", "http_method": "GET", "http_url": "/bytes/20", "retry": "default" },
            "h2post": { "endpoint": "localhost", "port": {{Port(host?.H2Port)}}, "protocol": "h2", "tls": true, "tls_trust_store": "test", "http_method": "POST", "http_url": "/echo", "retry": "default" },
            "ws": { "endpoint": "localhost", "port": {{Port(host?.HttpsPort)}}, "protocol": "ws", "tls": true, "tls_trust_store": "test", "http_url": "/ws/echo", "ws_subprotocol": "", "retry": "heard" },
            "mqtt": { "endpoint": "localhost", "port": {{Port(host?.RawTlsPort)}}, "protocol": "mqtt", "tls": true, "tls_trust_store": "test", "client_id": "t", "mqtt_topic": "a", "mqtt_subscribe": "a", "retry": "default" }
          }]
        }
        """;

    private static string Port(int? port) => (port ?? 9).ToString(CultureInfo.InvariantCulture);
}
