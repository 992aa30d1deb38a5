using System.Net;
using System.Text.Json;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Probe;

/// <summary>Serves what tests need on an address, until its input ends: so it never outlives the test process, however that ends.</summary>
internal static class ServeCommand
{
    public static async Task RunAsync(string address)
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions
        {
            Address = IPAddress.Parse(address),
            Certificate = TestCertificates.Authority.Issue(address, "localhost"),
        });
        Console.WriteLine(JsonSerializer.Serialize(new ServedHost(TestCertificates.Authority.Base64Der, host.Ports)));
        while (await Console.In.ReadLineAsync() is not null)
            continue;
    }
}
