using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureStreams.Benchmarks.Workloads;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>The peer of every workload: Kestrel, a port for each protocol. Prints one line (<see cref="BenchPeer"/>), lives until its input ends.</summary>
internal static class BenchServer
{
    public const string BodyPath = "/body";
    public const string ClosingPath = "/closing";
    public const string CpuPath = "/cpu";
    public const string MemoryPath = "/memory";
    public const string EchoPath = "/echo";
    public const string SinkPath = "/sink";

    private static readonly string[] Names =
        [BenchPeer.Http1, BenchPeer.Http1Tls, BenchPeer.Http2Tls, BenchPeer.RawEcho, BenchPeer.RawEchoTls, BenchPeer.RawSink, BenchPeer.RawSinkTls];

    public static async Task<int> RunAsync()
    {
        var certificate = TestCertificates.Authority.Issue(new TestCertificateOptions { Hosts = TestCertificates.Hosts, UseRsa = true });
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var name in Names)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = name == BenchPeer.Http2Tls ? HttpProtocols.Http2 : HttpProtocols.Http1;
                    if (name is BenchPeer.Http1Tls or BenchPeer.Http2Tls or BenchPeer.RawEchoTls or BenchPeer.RawSinkTls)
                        listen.UseHttps(certificate.Certificate);
                    if (name is BenchPeer.RawEcho or BenchPeer.RawEchoTls)
                        listen.Run(RawPeer.EchoAsync);
                    else if (name is BenchPeer.RawSink or BenchPeer.RawSinkTls)
                        listen.Run(RawPeer.SinkAsync);
                });
            }
        });
        await using var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Run(AnswerAsync);
        await app.StartAsync();
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address).Port);
        Console.WriteLine(new BenchPeer(Names.Zip(ports).ToDictionary(StringComparer.Ordinal), TestCertificates.Authority.Base64Der));
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static readonly byte[] Body = [.. Enumerable.Repeat((byte)'x', WorkloadTable.BodyBytes)];

    private static Task AnswerAsync(HttpContext http)
    {
        if (http.WebSockets.IsWebSocketRequest)
            return http.Request.Path == SinkPath ? WebSocketPeer.SinkAsync(http) : WebSocketPeer.EchoAsync(http);
        http.Response.ContentType = "text/plain";
        if (http.Request.Path == CpuPath)
            return WriteAsync(http, Environment.CpuUsage.TotalTime.Ticks);
        if (http.Request.Path == MemoryPath)
            return WriteAsync(http, ProcessMemory.ResidentBytes());
        http.Response.ContentLength = Body.Length;
        if (http.Request.Path == ClosingPath)
            http.Response.Headers.Connection = "close";
        return http.Response.Body.WriteAsync(Body).AsTask();
    }

    private static Task WriteAsync(HttpContext http, long number) =>
        http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))).AsTask();
}
