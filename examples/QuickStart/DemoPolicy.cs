using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuickStart;

/// <summary>Puts into the policies what only exists once the program runs: the certificate, and the ports that the servers got.</summary>
internal static class DemoPolicy
{
    // A line each, so that the positions in diagnostics mean something.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static string LoadServers(DemoCertificate certificate)
    {
        var policy = Read("servers.json");
        policy["certs"]![0]!["demo_server"] = certificate.Base64;
        policy["certs"]![1]!["demo_key"] = certificate.KeyBase64;
        return policy.ToJsonString(Readable);
    }

    public static string LoadClients(DemoServers servers)
    {
        var policy = Read("policy.json");
        policy["certs"]![0]!["demo_server"] = servers.Certificate.Base64;
        policy["certs"]![1]!["someone_else"] = DemoCertificate.Make("somewhere.else").Base64;

        var streamTypes = policy["s"]![0]!;
        streamTypes["hello_h1"]!["port"] = servers.PortOf("greet_h1");
        streamTypes["hello_h2"]!["port"] = servers.PortOf("greet_h2");
        streamTypes["hello_ws"]!["port"] = servers.PortOf("greet_ws");
        streamTypes["hello_raw"]!["port"] = servers.PortOf("greet_raw");
        streamTypes["not_trusted"]!["port"] = servers.PortOf("greet_h2");
        streamTypes["server_is_down"]!["port"] = servers.DeadPort;
        return policy.ToJsonString(Readable);
    }

    private static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name)))!;
}
