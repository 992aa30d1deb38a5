using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.TestSupport.Tests.Repository;

public sealed class FreePortTests
{
    [Fact]
    public void Ports_are_free_different_and_no_outgoing_connection_is_given_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc, which this system does not have.");
        var kernelStart = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0], CultureInfo.InvariantCulture);

        var ports = FreePort.Next(200);

        Assert.Distinct(ports);
        Assert.All(ports, port => Assert.InRange(port, 1024, kernelStart - 1));
        Assert.All(ports, static port =>
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        });
    }
}
