using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Tool.Tests;

/// <summary>A base with a secret and two overlays, in a directory of their own.</summary>
internal static class LayeredPolicy
{
    /// <summary>What must never be shown.</summary>
    public const string Secret = "hunter2";

    private static readonly string Base = $$"""
        {
          "release": "1", "schema-version": 1, "product": "camera",
          "retry": [{ "patient": { "backoff": [100, 300], "conceal": 2 } }],
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "known", "stack": ["root"] }],
          "auth": [{ "name": "token", "type": "other", "blob": 1 }],
          "s": [
            { "upload": {
              "endpoint": "api.example.com", "port": 443, "protocol": "h1", "tls": true, "tls_trust_store": "known",
              "http_method": "PUT", "http_url": "/images/${id}", "retry": "patient", "use_auth": "token", "http_auth_header": "authorization",
              "metadata": [{ "id": "" }, { "kind": "x-kind:" }],
              "via-socks5": "me:{{Secret}}@proxy.example.com:1080"
            } },
            { "inbox": { "server": true, "protocol": "h1", "port": 8080 } },
            { "old": { "endpoint": "old.example.com", "port": 1883, "protocol": "mqtt", "mqtt_topic": "old" } }
          ]
        }
        """;

    private const string Site = """
        {
          "schema-version": 1,
          "retry": [{ "patient": { "conceal": 9 } }],
          "s": [
            { "upload": { "port": 8443, "metadata": [{ "site": "x-site:" }] } },
            { "old": null }
          ]
        }
        """;

    private const string Device = """
        {
          "schema-version": 1,
          "s": [
            { "upload": { "port": 9443, "http_method": null } },
            { "health": { "endpoint": "api.example.com", "port": 80, "protocol": "h1", "http_url": "/health" } }
          ]
        }
        """;

    /// <summary><c>base.json</c>, <c>site.json</c> and <c>device.json</c>.</summary>
    public static TestDirectory Create()
    {
        var directory = new TestDirectory();
        directory.Add("base.json", Base);
        directory.Add("site.json", Site);
        directory.Add("device.json", Device);
        return directory;
    }
}
