using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Tests.Network;

/// <summary>Whole streams of every protocol to an IPv6 address that the policy writes out, in brackets or not.</summary>
public sealed class Ipv6StreamTests
{
    private const int Length = 100_000;
    private const string NoIPv6 = "No IPv6 on this machine.";

    public static TheoryData<string, string> Ways
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var wire in TestWire.Names)
            {
                data.Add(wire, "::1");
                data.Add(wire, "[::1]");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_goes_there_and_back(string name, string endpoint)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, NoIPv6);
        await using var host = await KestrelTestHost.StartAsync(new() { Address = IPAddress.IPv6Loopback });
        using var log = new TestLog();
        var wire = TestWire.Parse(name);
        await using var context = Open(host, wire, endpoint, log);
        using var handler = new BodyHandler(DeterministicBytes.Open(Length, seed: 6));
        if (!wire.IsTransactional)
        {
            handler.OnReceiveDo((stream, _, _) =>
            {
                if (handler.BodyReceived == Length)
                    stream.Disconnect();
                return SsResult.Continue;
            });
        }

        await using var stream = context.Create("x", handler);
        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.Equal($"Creating Poll Connecting Connected {(wire.IsTransactional ? "QosAckRemote " : "")}Disconnected", handler.Story);
        Assert.Equal((Length, DeterministicBytes.Sha256(Length, 6)), (handler.BodyReceived, handler.BodyReceivedSha256));
        var port = wire.PortOf(host.Ports, WireTask.Echo);
        var connection = stream.Explain().Connection!;
        Assert.Equal(($"[::1]:{port}", $"[::1]:{port}", 1), (connection.Endpoint, connection.Address, connection.Candidates.Count));
        Assert.StartsWith("[::1]:", connection.LocalAddress, StringComparison.Ordinal);

        // The host field of HTTP/1.1 and of an upgrade, the authority of HTTP/2.
        if (!wire.IsRaw)
            Assert.Equal((port, $"[::1]:{port}"), (Assert.Single(host.Requests).Port, host.Requests[0].Header("host")));
        handler.AssertClean();
        log.AssertClean();
    }

    [Theory]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("wss")]
    [InlineData("raws")]
    public async Task A_certificate_without_that_address_is_for_somebody_else(string name)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, NoIPv6);
        using var certificate = TestCertificates.Authority.Issue("localhost", "127.0.0.1", "::2");
        await using var host = await KestrelTestHost.StartAsync(new() { Address = IPAddress.IPv6Loopback, Certificate = certificate });
        using var log = new TestLog();
        await using var context = Open(host, TestWire.Parse(name), "[::1]", log);
        using var handler = new BodyHandler("PAYLOAD"u8.ToArray());
        await using var stream = context.Create("x", handler);

        stream.RequestTransmit(handler.BodyLength);
        await handler.WaitForStateAsync(SsState.Unreachable);

        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsPhase.Tls, SsCauseCode.CertificateHostMismatch), (cause.Phase, cause.Code));
        Assert.Contains("not for '[::1]'", context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);
        Assert.Empty(host.Requests);
    }

    private static LocalContext Open(KestrelTestHost host, TestWire wire, string endpoint, TestLog log) => SsContext.FromJson(
        TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [10], \"conceal\": 0", wire.StreamType("x", host.Ports, WireTask.Echo, endpoint, ", \"opportunistic\": true")),
        new() { LoggerFactory = log, Platform = SsPlatform.System with { SocksProxy = null } });
}
