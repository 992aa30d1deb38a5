using System.Net;
using System.Net.Sockets;
using SecureStreams.Tests.Transports.Http;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>The bench of raw connections: over TCP (<c>tcp</c>), TLS (<c>tls</c>) or a Unix socket (<c>unix</c>).</summary>
internal sealed class RawBench : LinkBench<RawPeer>
{
    public RawBench(string kind, string more = "", SsPlatform? platform = null, int? receiveBuffer = null)
        : this(kind, $"@ss-test-{Guid.NewGuid():N}", more, platform, receiveBuffer)
    {
    }

    private RawBench(string kind, string abstractName, string more, SsPlatform? platform, int? receiveBuffer)
        : base(kind == "unix" ? new UnixDomainSocketEndPoint("\0" + abstractName[1..]) : new IPEndPoint(IPAddress.Loopback, 0), kind == "tls", application: null, platform, receiveBuffer)
    {
        Kind = kind;
        var where = kind == "unix" ? $"\"endpoint\": \"+{abstractName}\"" : $"\"endpoint\": \"127.0.0.1\", \"port\": {Port}";
        Attributes = $"{where}, \"protocol\": \"raw\"" + (IsSecure ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (more.Length > 0 ? ", " + more : "");
        Policy = HttpBench.Policy(Attributes);
    }

    public string Kind { get; }

    /// <summary>The streamtype's attributes, as JSON members.</summary>
    public string Attributes { get; }

    /// <inheritdoc/>
    protected override Task<RawPeer> MakePeerAsync(Socket socket, Stream stream) => Task.FromResult(new RawPeer(socket, stream));
}
