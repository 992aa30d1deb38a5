using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>The peer: Kestrel without TLS, HTTP/1.1 on one port and HTTP/2 on another. Prints both ports, lives until its input ends.</summary>
internal static class BenchServer
{
    public const string BodyPath = "/body";
    public const string CpuPath = "/cpu";
    public const int BodyBytes = 128;

    public static async Task<int> RunAsync()
    {
        var body = new byte[BodyBytes];
        Array.Fill(body, (byte)'x');

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.Run(http =>
        {
            http.Response.ContentType = "text/plain";
            if (http.Request.Path == CpuPath)
                return http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(Environment.CpuUsage.TotalTime.Ticks.ToString(CultureInfo.InvariantCulture))).AsTask();
            http.Response.ContentLength = body.Length;
            return http.Response.Body.WriteAsync(body).AsTask();
        });
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine(string.Join(' ', addresses.Select(static address => new Uri(address).Port)));
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
