using System.Globalization;
using System.Net;
using System.Text.Json;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>A ws server for very many connections, until its input ends. Each line of input is answered with a <see cref="CrowdReport"/>, the first comes by itself.</summary>
internal static class CrowdServeCommand
{
    public static async Task RunAsync(string pingSeconds)
    {
        var ping = int.Parse(pingSeconds, CultureInfo.InvariantCulture);
        var handler = new CrowdHandler();
        await using var context = SsContext.FromJson(
            $$"""
            {
              "retry": [{ "alive": { "backoff": [1000], "conceal": 0, "svalidping": {{ping}}, "svalidhup": {{2 * ping + 5}} } }],
              "s": [{ "crowd": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "max_connections": 100000, "retry": "alive" } }]
            }
            """,
            new SsContextOptions().UseServer());
        await using var listener = context.CreateListener("crowd", _ => handler);
        var port = ((IPEndPoint)listener.EndPoints[0]).Port;
        do
            Console.WriteLine(JsonSerializer.Serialize(CrowdReport.Of(port, handler.Alive, handler.Ended, handler.Messages)));
        while (await Console.In.ReadLineAsync() is not null);
    }
}
