using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>What a policy's <c>attr_*</c> become on the sockets of real streams, by the kernel's own account, and what is told of what could not be had.</summary>
public sealed class SocketPolicyTests
{
    private const string LinuxOnly = "Socket options are set on Linux only.";
    private const string Warned = "attr_priority 7 cannot be set (";

    public static TheoryData<string, string> Ways
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var address in (string[])["127.0.0.1", "::1"])
            {
                foreach (var wire in TestWire.Names)
                    data.Add(address, wire);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Type_of_service_and_priority_of_a_stream_are_those_of_its_policy(string address, string wire)
    {
        var (service, priority) = await SeenAsync(address, wire, ", \"attr_low_latency\": true, \"attr_high_throughput\": true, \"attr_priority\": 5");
        Assert.Equal((0x18, 5), (service, priority));
    }

    [Theory]
    [InlineData("127.0.0.1", "h1", "", 0, 0)]
    [InlineData("::1", "h2", "", 0, 0)]
    [InlineData("127.0.0.1", "h1", "\"attr_low_latency\": true, \"attr_priority\": 1", 0x10, 1)]
    [InlineData("127.0.0.1", "h2", "\"attr_high_throughput\": true, \"attr_priority\": 6", 0x08, 6)]
    [InlineData("::1", "h1", "\"attr_high_reliability\": true", 0x04, 0)]
    [InlineData("::1", "h2", "\"attr_priority\": 3", 0, 3)]
    [InlineData("127.0.0.1", "h2", "\"attr_low_latency\": true, \"attr_high_throughput\": true, \"attr_high_reliability\": true, \"attr_low_cost\": true, \"attr_priority\": 2", 0x1c, 2)]
    [InlineData("::1", "h1", "\"attr_low_latency\": true, \"attr_high_throughput\": true, \"attr_high_reliability\": true, \"attr_low_cost\": true, \"attr_priority\": 2", 0x1c, 2)]
    [InlineData("127.0.0.1", "h1", "\"attr_low_latency\": false, \"attr_priority\": 0", 0, 0)]
    public async Task Each_attribute_has_its_part(string address, string wire, string attributes, int service, int priority) =>
        Assert.Equal((service, priority), await SeenAsync(address, wire, attributes.Length == 0 ? "" : ", " + attributes));

    [Fact]
    public async Task Streamtypes_that_ask_for_different_things_do_not_share_a_connection()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        await using var host = await KestrelTestHost.StartAsync();
        var sockets = new KeptSockets();
        var wire = TestWire.Parse("h2");
        await using var context = SsContext.FromJson(
            TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [10], \"conceal\": 0",
                wire.StreamType("fast", host.Ports, WireTask.Bytes(100, 1), more: ", \"attr_low_latency\": true"), wire.StreamType("plain", host.Ports, WireTask.Bytes(100, 1))),
            new() { Platform = SsPlatform.System with { Sockets = sockets, SocksProxy = null } });
        foreach (var (name, service, connections) in ((string, int, int)[])[("fast", 0x10, 1), ("plain", 0, 2), ("fast", 0x10, 2)])
        {
            var handler = new RecordingHandler();
            await using var stream = context.Create(name, handler);
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Equal(connections, sockets.Opened.Count);
            Assert.Equal(service, RawOptions.TypeOfService(sockets.Opened[name == "fast" ? 0 : 1]));
            handler.AssertClean();
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "h1")]
    [InlineData("127.0.0.1", "h2")]
    [InlineData("127.0.0.1", "wss")]
    [InlineData("::1", "raw")]
    public async Task Priority_7_without_the_right_is_told_and_the_stream_runs_at_0(string address, string wire)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        var ip = Parse(address);
        await using var host = await KestrelTestHost.StartAsync(new() { Address = ip });
        using var log = new TestLog().Allow(Warned);
        var sockets = new KeptSockets(withoutRights: true);
        await using var context = Open(host, wire, address, ", \"attr_priority\": 7", sockets, log);
        var handler = new RecordingHandler();
        var priority = -1;
        SsConnection? connection = null;
        handler.OnStateDo(SsState.Connected, stream =>
        {
            priority = RawOptions.Priority(sockets.Opened[0]);
            connection = stream.Explain().Connection;
            stream.Disconnect();
        });
        await using var stream = context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        Assert.Equal(0, priority);
        var warning = Assert.Single(connection!.Warnings);
        Assert.StartsWith(Warned, warning, StringComparison.Ordinal);
        Assert.EndsWith("the connection does without it; 7 needs CAP_NET_ADMIN, up to 6 anybody may", warning, StringComparison.Ordinal);
        Assert.Contains(warning, connection.ToString(), StringComparison.Ordinal);

        // Once, under the number and the name that operators look for.
        var line = Assert.Single(log.Entries, static one => one.Id.Id == 2100);
        Assert.Equal(("ConnectionWarning", LogLevel.Warning), (line.Id.Name, line.Level));
        Assert.Equal($"Connection to {connection.Endpoint}: {warning}", line.Message);
        handler.AssertClean();
        log.AssertClean();
    }

    /// <summary>What the one connection of a stream has when it is connected.</summary>
    private static async Task<(int Service, int Priority)> SeenAsync(string address, string wire, string more)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), LinuxOnly);
        var ip = Parse(address);
        await using var host = await KestrelTestHost.StartAsync(new() { Address = ip });
        using var log = new TestLog();
        var sockets = new KeptSockets();
        await using var context = Open(host, wire, address, more, sockets, log);
        var handler = new RecordingHandler();
        var seen = (-1, -1);
        handler.OnStateDo(SsState.Connected, stream =>
        {
            var socket = Assert.Single(sockets.Opened);
            seen = (RawOptions.TypeOfService(socket), RawOptions.Priority(socket));
            Assert.Empty(stream.Explain().Connection!.Warnings);
            stream.Disconnect();
        });
        await using var stream = context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
        log.AssertClean();
        return seen;
    }

    private static IPAddress Parse(string address)
    {
        var ip = IPAddress.Parse(address);
        Assert.SkipUnless(ip.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "No IPv6 on this machine.");
        return ip;
    }

    private static LocalContext Open(KestrelTestHost host, string wire, string address, string more, KeptSockets sockets, TestLog log) => SsContext.FromJson(
        TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [10], \"conceal\": 0",
            TestWire.Parse(wire).StreamType("x", host.Ports, WireTask.Bytes(100, 1), address, more + ", \"opportunistic\": true")),
        new() { LoggerFactory = log, Platform = SsPlatform.System with { Sockets = sockets, SocksProxy = null } });
}
