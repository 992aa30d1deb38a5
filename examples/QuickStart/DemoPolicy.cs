using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuickStart;

/// <summary>Puts into policy.json what only exists once the demo server runs: its certificate and its ports.</summary>
internal static class DemoPolicy
{
    // A line each, so that the positions in diagnostics mean something.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static string Load(DemoServer server)
    {
        var policy = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policy.json")))!;
        policy["certs"]![0]!["demo_server"] = server.CertificateBase64;
        policy["certs"]![1]!["someone_else"] = server.OtherCertificateBase64;

        var streamTypes = policy["s"]![0]!;
        streamTypes["hello_h1"]!["port"] = server.Port;
        streamTypes["hello_h2"]!["port"] = server.Port;
        streamTypes["hello_ws"]!["port"] = server.Port;
        streamTypes["hello_raw"]!["port"] = server.RawPort;
        streamTypes["not_trusted"]!["port"] = server.Port;
        streamTypes["server_is_down"]!["port"] = server.DeadPort;
        return policy.ToJsonString(Readable);
    }
}
