using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>A client of ws by hand: asks for the upgrade on either version of HTTP, and then reads and writes frames as they are.</summary>
internal sealed class WsPeer(Stream stream, IDisposable? owner, IReadOnlyDictionary<string, string> answer) : IAsyncDisposable
{
    public const uint Key = 0xA1B2C3D4;

    public Stream Stream => stream;

    /// <summary>The headers of the answer, and <c>:status</c>.</summary>
    public IReadOnlyDictionary<string, string> Answer => answer;

    /// <summary>Upgraded, on <paramref name="version"/> 1.1 or 2.</summary>
    public static async Task<WsPeer> UpgradedAsync(SsListener listener, string version = "1.1", string path = "/", string more = "", X509Certificate2? trust = null)
    {
        var peer = await AskAsync(listener, version, path, more, trust);
        Assert.Equal(version == "2" ? "200" : "101", peer.Answer[":status"]);
        if (version == "1.1")
            Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", peer.Answer["Sec-WebSocket-Accept"]);
        return peer;
    }

    /// <summary>Asked for the upgrade, whatever the answer.</summary>
    public static Task<WsPeer> AskAsync(SsListener listener, string version = "1.1", string path = "/", string more = "", X509Certificate2? trust = null) =>
        AskAsync(async () => new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true), version, path, more, trust);

    /// <summary>Asked for the upgrade on a connection of the caller's, whatever the answer.</summary>
    public static async Task<WsPeer> AskAsync(Func<Task<Stream>> connect, string version, string path, string more, X509Certificate2? trust)
    {
        if (version == "2")
            return await AskHttp2Async(connect, path, more, trust);
        var stream = await connect();
        if (trust is not null)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = TrustOf(trust) });
            stream = secured;
        }

        return await AskAsync(stream,
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n");
    }

    /// <summary>Sends a head and reads the head of the answer.</summary>
    public static async Task<WsPeer> AskAsync(Stream stream, string head)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head)).AsTask().OrFail(static () => "The head is not taken.");
        var bytes = new List<byte>();
        var one = new byte[1];
        while (bytes.Count < 4 || !bytes[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one).AsTask().OrFail(static () => "No answer came.") == 0)
                break;
            bytes.Add(one[0]);
        }

        var lines = Encoding.UTF8.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var answer = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [":status"] = lines.Length == 0 ? "none" : lines[0].Split(' ')[1] };
        foreach (var line in lines.Skip(1))
            answer[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return new WsPeer(stream, null, answer);
    }

    /// <summary>Sends one masked frame.</summary>
    public Task SendAsync(int first, ReadOnlySpan<byte> payload) => SendAsync(RawFrame.Make(first, payload, Key));

    public async Task SendAsync(byte[] bytes)
    {
        await stream.WriteAsync(bytes).AsTask().OrFail(static () => "A frame is not taken.");
        await stream.FlushAsync();
    }

    /// <summary>The next frame; null at the end.</summary>
    public Task<RawFrame?> NextAsync() => RawFrame.ReadAsync(stream, CancellationToken.None).OrFail(static () => "No frame came.");

    /// <summary>The close frame; others before it are let pass.</summary>
    public async Task<RawFrame> CloseFrameAsync()
    {
        while (true)
        {
            var frame = await NextAsync();
            Assert.NotNull(frame);
            Assert.False(frame.Masked);
            if (frame.Opcode == RawFrame.Close)
                return frame;
        }
    }

    /// <summary>Reads the rest of the answer's body.</summary>
    public async Task<string> BodyAsync()
    {
        var body = new byte[int.Parse(answer["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body).AsTask().OrFail(static () => "The body does not come.");
        return Encoding.UTF8.GetString(body);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        owner?.Dispose();
    }

    private static async Task<WsPeer> AskHttp2Async(Func<Task<Stream>> connect, string path, string more, X509Certificate2? trust)
    {
        var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, _) => await connect(),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust is null ? null : TrustOf(trust) },
        });
        using var request = new HttpRequestMessage(HttpMethod.Connect, new Uri($"{(trust is null ? "http" : "https")}://localhost{path}"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Protocol = "websocket";
        if (!more.Contains("Sec-WebSocket-Version", StringComparison.OrdinalIgnoreCase))
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        foreach (var line in more.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            request.Headers.TryAddWithoutValidation(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
        var response = await client.SendAsync(request, CancellationToken.None).OrFail(static () => "No answer came.");
        var answer = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [":status"] = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture) };
        foreach (var (name, values) in response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Content.Headers))
            answer[name] = string.Join(", ", values);
        return new WsPeer(await response.Content.ReadAsStreamAsync(), client, answer);
    }

    private static X509ChainPolicy TrustOf(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
