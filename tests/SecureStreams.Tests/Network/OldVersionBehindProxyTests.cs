using System.Net.Sockets;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>What the proxy says is not the peer's first word: a version of TLS that is too old is named behind it as well.</summary>
public sealed class OldVersionBehindProxyTests
{
    /// <summary>A ServerHello of TLS 1.0: version, random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.</summary>
    private static readonly byte[] OldHello = [0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, .. new byte[32], 0, 0, 0x2f, 0];

    [Theory]
    [InlineData("via-socks5")]
    [InlineData("via_http_proxy")]
    public async Task An_old_version_is_named(string attribute)
    {
        using var peer = new LoopbackPeer<byte[]>(async socket =>
        {
            await using (var proxied = new NetworkStream(socket, ownsSocket: false))
                await OpenAsync(proxied, attribute);
            return await RawPeer.Answering(OldHello)(socket);
        });
        var target = Dialing.Tls(443, TestPki.Store(TestPki.Root), host: "peer.test") with { Options = new DialOptions { Proxy = Proxy(attribute, peer.Port) } };
        var failure = await Dialing.FailAsync(Dialing.Loopback with { SocksProxy = null }, target);
        Assert.Equal((SsPhase.Tls, SsCauseCode.TlsHandshakeFailed), (failure.Phase, failure.Code));
        Assert.Contains("the server speaks TLS 1.0", failure.Message, StringComparison.Ordinal);
        RawPeer.AssertNoApplicationData(await peer.Result);
    }

    private static async Task OpenAsync(NetworkStream stream, string attribute)
    {
        if (attribute == "via-socks5")
        {
            await stream.ReadExactlyAsync(new byte[3]);
            await stream.WriteAsync(Convert.FromHexString("0500"));
            await stream.ReadExactlyAsync(new byte[7 + "peer.test".Length]);
            await stream.WriteAsync(Convert.FromHexString("05000001000000000000"));
            return;
        }

        var head = "";
        var one = new byte[1];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head += (char)one[0];
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
    }

    private static ProxyPolicy Proxy(string attribute, int port) =>
        PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ "s": [ { "x": { "endpoint": "peer.test", "port": 443, "{{attribute}}": "127.0.0.1:{{port}}" } } ] }"""), "p.json").Model!.StreamTypes["x"].Proxy!;
}
