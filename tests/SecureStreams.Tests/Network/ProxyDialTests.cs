using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network;

/// <summary>Proxies that play a script: what they are told, what each of their answers becomes, and that no byte of the peer is lost.</summary>
public sealed class ProxyDialTests
{
    private static readonly byte[] SocksOpen = Convert.FromHexString("05000001000000000000");

    public static TheoryData<string, string, int, string?> SocksAnswers => new()
    {
        { "0500" + "05020001", "not allowed by its rules (reply 2)", (int)SsCauseCode.ProxyRefused, "via-socks5" },
        { "0500" + "0501", "general failure (reply 1)", (int)SsCauseCode.ProxyRefused, "via-socks5" },
        { "0500" + "0503", "network unreachable (reply 3)", (int)SsCauseCode.NetworkUnreachable, "endpoint" },
        { "0500" + "0504", "host unreachable (reply 4)", (int)SsCauseCode.NetworkUnreachable, "endpoint" },
        { "0500" + "0505", "connection refused (reply 5)", (int)SsCauseCode.ConnectionRefused, "port" },
        { "0500" + "0506", "time to live expired (reply 6)", (int)SsCauseCode.NetworkUnreachable, "endpoint" },
        { "0500" + "0507", "command not supported (reply 7)", (int)SsCauseCode.ProxyRefused, "via-socks5" },
        { "0500" + "0508", "address type not supported (reply 8)", (int)SsCauseCode.ProxyRefused, "via-socks5" },
        { "0500" + "0577", "no agreed meaning (reply 119)", (int)SsCauseCode.ProxyRefused, "via-socks5" },
        { "05ff", "wants a user name and password", (int)SsCauseCode.ProxyAuthenticationFailed, "via-socks5" },
        { "4854", "does not answer in SOCKS5", (int)SsCauseCode.ProtocolError, "via-socks5" },
        { "", "without an answer", (int)SsCauseCode.PeerClosed, "via-socks5" },
        { "05", "in the middle of its answer", (int)SsCauseCode.PeerClosed, "via-socks5" },
        { "0500" + "050000", "in the middle of its answer", (int)SsCauseCode.PeerClosed, "via-socks5" },
    };

    public static TheoryData<string, string, int, int> ConnectAnswers => new()
    {
        { "HTTP/1.1 403 Filtered\r\n\r\n", "status 403 (Filtered)", (int)SsCauseCode.ProxyRefused, 403 },
        { "HTTP/1.1 502 Bad Gateway\r\n\r\nbody", "status 502 (Bad Gateway)", (int)SsCauseCode.ProxyRefused, 502 },
        { "HTTP/1.1 407 \r\nProxy-Authenticate: Basic realm=\"r\"\r\n\r\n", "wants a user name and password", (int)SsCauseCode.ProxyAuthenticationFailed, 407 },
        { "HTTP/1.1 401 Unauthorized\r\n\r\n", "wants a user name and password", (int)SsCauseCode.ProxyAuthenticationFailed, 401 },
        { "SSH-2.0-x\r\n", "does not answer in HTTP", (int)SsCauseCode.ProtocolError, 0 },
        { "HTTP/1.1 200 OK\r\n", "in the middle of its answer", (int)SsCauseCode.PeerClosed, 0 },
        { "", "without an answer", (int)SsCauseCode.PeerClosed, 0 },
    };

    [Fact]
    public async Task A_proxy_that_quotes_what_it_was_told_does_not_bring_it_into_the_failure()
    {
        using var proxy = new LoopbackPeer<string>(static async socket =>
        {
            await ReadHeadAsync(socket);
            await socket.SendAsync("HTTP/1.1 403 denied bob:s3cr3t Ym9iOnMzY3IzdA==, bob\r\nProxy-Authenticate: Basic realm=\"s3cr3t\"\r\n\r\n"u8.ToArray());
            return "";
        });
        using var dialer = new Dialer(Platform());
        var error = await Assert.ThrowsAsync<TransportException>(() => dialer.DialAsync(Target(Http($"127.0.0.1:{proxy.Port}", "bob:s3cr3t")), Token).AsTask());
        Assert.Contains("status 403 (denied *** ***, ***)", error.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error.Failure.PeerText, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", error.Failure.PeerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socks5_is_told_the_name_and_the_peers_first_bytes_are_not_lost()
    {
        using var proxy = new LoopbackPeer<string>(async socket =>
        {
            var greeting = await ReadAsync(socket, 3);
            await socket.SendAsync(Convert.FromHexString("0500"));
            var request = await ReadAsync(socket, 7 + "peer.test".Length);

            // The peer speaks first, in the same packet as the proxy's word.
            await socket.SendAsync((byte[])[.. SocksOpen, .. "hello"u8]);
            return Convert.ToHexStringLower([.. greeting, .. request]);
        });
        using var dialer = new Dialer(Platform());
        await using var connection = (await dialer.DialAsync(Target(Socks(proxy.Port)), Token)).Stream;

        Assert.Equal("hello", await ReadToEndAsync(connection));
        Assert.Equal("050100" + "05010003" + "09" + Convert.ToHexStringLower("peer.test"u8) + "01bb", await proxy.Result);
    }

    [Fact]
    public async Task Connect_is_told_the_name_and_the_peers_first_bytes_are_not_lost()
    {
        using var proxy = new LoopbackPeer<string>(async socket =>
        {
            var request = await ReadHeadAsync(socket);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello"u8.ToArray());
            return request;
        });
        using var dialer = new Dialer(Platform());
        var connection = await dialer.DialAsync(Target(Http($"127.0.0.1:{proxy.Port}", "ann:se:cret")), Token);
        await using var stream = connection.Stream;

        Assert.Equal("hello", await ReadToEndAsync(stream));
        Assert.Equal("CONNECT peer.test:443 HTTP/1.1\r\nHost: peer.test:443\r\nProxy-Authorization: Basic YW5uOnNlOmNyZXQ=\r\n\r\n", await proxy.Result);
        Assert.Equal($"HTTP proxy 127.0.0.1:{proxy.Port}", connection.Summary!.Proxy);
        Assert.DoesNotContain("cret", connection.Summary.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.7", "01c0000207")]
    [InlineData("2001:db8::7", "0420010db8000000000000000000000007")]
    public async Task Addresses_are_told_as_addresses(string host, string told)
    {
        using var proxy = new LoopbackPeer<string>(async socket =>
        {
            await ReadAsync(socket, 3);
            await socket.SendAsync(Convert.FromHexString("0500"));
            var request = await ReadAsync(socket, 3 + (told.Length / 2) + 2);
            await socket.SendAsync(SocksOpen);
            return Convert.ToHexStringLower(request);
        });
        using var dialer = new Dialer(Platform());
        await (await dialer.DialAsync(Target(Socks(proxy.Port), host), Token)).Stream.DisposeAsync();
        Assert.Equal("050100" + told + "01bb", await proxy.Result);
    }

    [Fact]
    public async Task Tls_is_spoken_to_the_peer_through_it()
    {
        using var server = TlsPeer.Start(TestPki.Good);
        using var proxy = new LoopbackPeer<int>(async socket =>
        {
            await ReadAsync(socket, 3);
            await socket.SendAsync(Convert.FromHexString("0500"));
            await ReadAsync(socket, 7 + "localhost".Length);
            await socket.SendAsync(SocksOpen);
            using var onward = new TcpClient();
            await onward.ConnectAsync(IPAddress.Loopback, server.Port);
            await using var near = new NetworkStream(socket);
            var back = onward.GetStream().CopyToAsync(near);
            await near.CopyToAsync(onward.GetStream());
            onward.Client.Shutdown(SocketShutdown.Send);
            await back;
            return 0;
        });
        using var dialer = new Dialer(Platform());
        var target = Dialing.Tls(server.Port, TestPki.Store(TestPki.Root)) with { Options = new DialOptions { Proxy = Socks(proxy.Port) } };
        var connection = await dialer.DialAsync(target, Token);
        await connection.Stream.WriteAsync("ping"u8.ToArray(), Token);
        await connection.Stream.DisposeAsync();
        Assert.Equal(("ping", "localhost"), ((await server.Result).Application, (await server.Result).ServerName));
    }

    [Theory]
    [MemberData(nameof(SocksAnswers))]
    public async Task Every_answer_of_socks5_is_a_cause_that_names_it(string answer, string words, int code, string? attribute)
    {
        using var proxy = Answering(Convert.FromHexString(answer));
        var failure = await Dialing.FailAsync(Platform(), Target(Socks(proxy.Port)));
        Assert.Equal((SsPhase.Proxy, (SsCauseCode)code, attribute), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"SOCKS5 proxy 127.0.0.1:{proxy.Port}", failure.Message, StringComparison.Ordinal);
        Assert.Equal("peer.test:443", failure.Endpoint);
    }

    [Theory]
    [MemberData(nameof(ConnectAnswers))]
    public async Task Every_answer_of_http_is_a_cause_that_names_it(string answer, string words, int code, int status)
    {
        using var proxy = Answering(Encoding.ASCII.GetBytes(answer));
        var failure = await Dialing.FailAsync(Platform(), Target(Http($"127.0.0.1:{proxy.Port}")));
        Assert.Equal((SsPhase.Proxy, (SsCauseCode)code, status, "via_http_proxy"), (failure.Phase, failure.Code, failure.Status, failure.Attribute));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_are_named_and_never_shown()
    {
        using var proxy = new LoopbackPeer<string>(async socket =>
        {
            await ReadAsync(socket, 4);
            await socket.SendAsync(Convert.FromHexString("0502"));
            var credentials = await ReadAsync(socket, 3 + "ann".Length + "hunter2".Length);
            await socket.SendAsync(Convert.FromHexString("0101"));
            return Encoding.ASCII.GetString(credentials);
        });
        var failure = await Dialing.FailAsync(Platform(), Target(Parse(ProxyKind.Socks5, $"ann:hunter2@127.0.0.1:{proxy.Port}")));
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ProxyAuthenticationFailed), (failure.Phase, failure.Code));
        Assert.Equal("\u0001\u0003ann\u0007hunter2", await proxy.Result);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(SecureStreams.Transports.RetryClass.Identity, failure.RetryClass);
    }

    [Fact]
    public async Task Dead_proxy_is_told_from_a_dead_peer()
    {
        using var dead = new DeadPort();
        var failure = await Dialing.FailAsync(Platform(), Target(Socks(dead.Number)));
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ConnectionRefused, "via-socks5"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains($"nobody listens at the SOCKS5 proxy 127.0.0.1:{dead.Number} on the way to peer.test:443", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_of_the_proxy_is_looked_up_here_and_the_peers_is_not()
    {
        var names = ScriptedNames.Failing(new SocketException((int)SocketError.HostNotFound));
        var failure = await Dialing.FailAsync(Platform() with { Names = names }, Target(Http("proxy.test:3128")));
        Assert.Equal(["proxy.test"], names.Asked);
        Assert.Equal((SsPhase.Names, SsCauseCode.NameNotFound, "via_http_proxy"), (failure.Phase, failure.Code, failure.Attribute));
    }

    [Fact]
    public async Task Silent_proxy_is_bounded_like_everything_else()
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var proxy = new LoopbackPeer<int>(async socket =>
        {
            await ReadAsync(socket, 3);
            heard.SetResult();
            return await socket.ReceiveAsync(new byte[1]);
        });
        using var dialer = new Dialer(Platform() with { Time = clock });
        var dial = dialer.DialAsync(Target(Socks(proxy.Port)), Token).AsTask();
        await heard.Task;
        clock.Advance(NetworkDefaults.ConnectTimeout - TimeSpan.FromTicks(1));
        Assert.False(dial.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        var failure = await Dialing.FailAsync(dial);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (failure.Phase, failure.Code));
        Assert.Contains($"no connection to peer.test:443 through the SOCKS5 proxy 127.0.0.1:{proxy.Port} within 20 s: still waiting for the proxy", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, await proxy.Result);
    }

    [Fact]
    public async Task Unix_sockets_have_no_proxy()
    {
        var directory = Directory.CreateTempSubdirectory("ss-");
        try
        {
            var path = Path.Combine(directory.FullName, "s");
            using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]), new UnixDomainSocketEndPoint(path));
            using var dead = new DeadPort();
            using var dialer = new Dialer(Platform() with { SocksProxy = $"127.0.0.1:{dead.Number}" });
            var target = new DialTarget { Host = "localhost", Port = 0, UnixPath = path, Options = new DialOptions { Proxy = Socks(dead.Number) } };
            var connection = await dialer.DialAsync(target, Token);
            Assert.Null(connection.Summary!.Proxy);
            await connection.Stream.DisposeAsync();
            Assert.Equal(0, await peer.Result);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("socks5://{0}")]
    [InlineData("socks5h://{0}/")]
    public async Task Environment_names_the_proxy_where_the_policy_says_nothing(string format)
    {
        using var dead = new DeadPort();
        var platform = Platform() with { SocksProxy = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, $"127.0.0.1:{dead.Number}") };
        var failure = await Dialing.FailAsync(platform, Target(null));
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ConnectionRefused, null), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains("correct the environment variable socks_proxy", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_in_the_policy_overrides_the_environment()
    {
        using var peer = new LoopbackPeer<int>(static socket => socket.ReceiveAsync(new byte[1]));
        using var dead = new DeadPort();
        using var dialer = new Dialer(Platform() with { SocksProxy = $"127.0.0.1:{dead.Number}" });
        var connection = await dialer.DialAsync(Dialing.Plain("127.0.0.1", peer.Port) with { Options = new DialOptions { Proxy = ProxyPolicy.None } }, Token);
        await connection.Stream.DisposeAsync();
        Assert.Equal(0, await peer.Result);
    }

    [Fact]
    public async Task Environment_that_cannot_be_understood_goes_around_no_proxy_and_is_not_quoted()
    {
        var failure = await Dialing.FailAsync(Platform() with { SocksProxy = "ann:hunter2@" }, Target(null));
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, true), (failure.Phase, failure.Code, failure.Permanent));
        Assert.Contains("socks_proxy", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A clock that stands still, and a resolver that nobody may ask.</summary>
    private static SsPlatform Platform() => new()
    {
        Time = new ManualTimeProvider(TimeProvider.System.GetUtcNow()),
        Names = ScriptedNames.Failing(new InvalidOperationException("The proxy looks names up.")),
        SocksProxy = null,
    };

    private static DialTarget Target(ProxyPolicy? proxy, string host = "peer.test") => Dialing.Plain(host, 443) with { Options = new DialOptions { Proxy = proxy } };

    private static ProxyPolicy Socks(int port) => Parse(ProxyKind.Socks5, $"127.0.0.1:{port}");

    private static ProxyPolicy Http(string authority, string? user = null) => Parse(ProxyKind.HttpConnect, user is null ? authority : $"{user}@{authority}");

    /// <summary>As a policy states it, so that it has a place.</summary>
    private static ProxyPolicy Parse(ProxyKind kind, string text)
    {
        var attribute = kind == ProxyKind.Socks5 ? "via-socks5" : "via_http_proxy";
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ "s": [ { "x": { "endpoint": "peer.test", "port": 443, "{{attribute}}": "{{text}}" } } ] }"""), "p.json");
        return result.Model!.StreamTypes["x"].Proxy!;
    }

    /// <summary>Says what it says to whatever it hears, and closes in order.</summary>
    private static LoopbackPeer<int> Answering(byte[] answer) => new(async socket =>
    {
        var buffer = new byte[4096];
        await socket.ReceiveAsync(buffer);
        await socket.SendAsync(answer);
        socket.Shutdown(SocketShutdown.Send);
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The client may close with something unread.
        }

        return 0;
    });

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task<string> ReadHeadAsync(Socket socket)
    {
        var head = "";
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head += Encoding.ASCII.GetString(await ReadAsync(socket, 1));
        return head;
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        return await reader.ReadToEndAsync(Token);
    }
}
