using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;
using Xunit;

namespace SecureStreams.Tests.EndToEnd.OneHandler;

/// <summary>One application, unchanged, over every protocol that goes both ways at once: an overlay alone decides which.</summary>
public sealed class OneHandlerTests : IDisposable
{
    private const int Frames = 10_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ss-one-handler-");
    private readonly TestLog _log = new();

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        _log.Dispose();
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    [InlineData("raw")]
    [InlineData("raws")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task An_overlay_file_decides_the_protocol_of_ten_thousand_frames(string name)
    {
        await using var host = await KestrelTestHost.StartAsync();

        // The base leads nowhere: what the streamtype is, the overlay says.
        var policy = Write("policy.json", TestWire.Policy(
            TestCertificates.Authority.Base64Der, "\"backoff\": [100], \"conceal\": 0", "\"x\": { \"endpoint\": \"127.0.0.1\", \"port\": 9, \"protocol\": \"h1\" }"));
        var overlay = Write("overlay.json", Overlay(host, name));
        await using var context = SsContext.FromFiles([policy, overlay], new SsContextOptions { LoggerFactory = _log });
        await EchoAsync(context, seed: 1);
        _log.AssertClean();
    }

    [Fact]
    public async Task A_program_that_runs_goes_from_protocol_to_protocol_by_overlays_alone()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(
            TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [100], \"conceal\": 0", TestWire.Parse("h2").StreamType("x", host.Ports, WireTask.Echo)),
            new SsContextOptions { LoggerFactory = _log });
        await EchoAsync(context, seed: 2);
        foreach (var name in new[] { "wss", "raw", "h2c", "ws", "raws", "h2" })
        {
            Assert.Equal(["x"], context.ApplyOverlay(Overlay(host, name), name).Changed);
            await EchoAsync(context, seed: 3);
        }

        _log.AssertClean();
    }

    private static string Overlay(KestrelTestHost host, string name) =>
        $$"""{ "s": [{ {{TestWire.Parse(name).StreamType("x", host.Ports, WireTask.Echo)}} }] }""";

    private static async Task EchoAsync(SsContext context, int seed)
    {
        var echo = new FramedEcho(Frames, seed);
        await using var stream = context.Create("x", echo);
        stream.Connect();
        await echo.Done.OrFail(() => $"{echo.Received} of {Frames} frames came back; {stream.Explain()}");
        Assert.Equal(Frames, echo.Received);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
