using System.Globalization;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// Who must be refused is, under the one phase and code that it deserves, and by the server's own account not a byte of payload has left. Another protocol joins by a name
/// in <see cref="Protocols"/> and its members in <see cref="Policy"/>.
/// </summary>
public class RefusalMatrixTests
{
    private static readonly string[] Protocols = ["h1", "h2", "raw", "ws"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, one) in RefusalCases.All)
            {
                foreach (var protocol in Protocols.Where(protocol => (one.OnlyWith is null || one.OnlyWith == protocol) && !(one.NeedsAlpn && protocol == "raw")))
                    data.Add(name, protocol);
            }

            return data;
        }
    }

    [Fact]
    public void There_are_as_many_as_the_page_says() => Assert.True(RefusalCases.All.Count >= 40, $"There are {RefusalCases.All.Count} cases.");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Refused(string name, string protocol)
    {
        var one = RefusalCases.All[name];
        await using var crl = new CrlServer { IsSilent = one.CrlIsSilent };
        await using var peer = one.Peer is null ? null : await one.Peer(new RefusalSetting(crl));
        using var log = new TestLog();
        using var blobs = new SsMemoryBlobStore();
        one.Blobs?.Invoke(blobs);
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var platform = new SsPlatform { Time = time, Names = new LoopbackNames() };
        await using var context = SsContext.FromJson(Policy(one, protocol, peer?.Port ?? 9), new() { LoggerFactory = log, Platform = platform, Blobs = blobs });
        using var handler = new BodyHandler("PAYLOAD of the application"u8.ToArray());
        await using var stream = context.Create("x", handler);

        stream.RequestTransmit((int)handler.BodyLength);
        if (one.Stalls)
        {
            await (one.CrlIsSilent ? crl.Asked : peer!.Greeted).OrFail(() => "The client says nothing.");
            time.Advance(TimeSpan.FromSeconds(20));
        }

        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var cause = handler.CauseOf(SsState.Unreachable);
        var detail = context.Diagnostics.Find(cause.DetailId)!;
        Assert.True((one.Phase, one.Code) == (cause.Phase, cause.Code), $"Expected {one.Phase}/{one.Code}, got {cause.Phase}/{cause.Code}: {detail.Message}");
        Assert.Contains(one.Words, detail.Message, StringComparison.Ordinal);
        if (one.Attribute is not null)
            Assert.Equal($"x.{one.Attribute}", detail.Policy?.Attribute);
        Assert.DoesNotContain("-----BEGIN", detail.Message, StringComparison.Ordinal);
        if (!(one.IsLate && protocol == "raw"))
            Assert.DoesNotContain(SsState.Connected, handler.States);
        Assert.DoesNotContain(SsState.QosAckRemote, handler.States);

        crl.LetGo();
        await stream.DisposeAsync();
        await context.DisposeAsync();
        if (peer is not null)
            Assert.Equal("", await peer.PayloadAsync().OrFail(() => "The server still waits for the end of the connection."));
        handler.AssertClean();
        log.AssertClean();
    }

    /// <summary>What the refusals prove hangs on this: the server that they hear would have told of a byte that came.</summary>
    [Theory]
    [InlineData("h1", true)]
    [InlineData("h1", false)]
    [InlineData("h2", true)]
    [InlineData("h2", false)]
    [InlineData("raw", true)]
    [InlineData("ws", false)]
    public async Task OpenSsl_tells_what_came_when_nothing_was_refused(string protocol, bool withBody)
    {
        await using var peer = await OpenSslWitness.StartAsync(MatrixPki.Good, [], ["-alpn", "h2,http/1.1"]);
        using var log = new TestLog();
        var policy = Policy(new RefusalCase(null, default, default, ""), protocol, peer.Port).Replace("POST", withBody ? "POST" : "GET", StringComparison.Ordinal);
        await using var context = SsContext.FromJson(policy, new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        using var handler = new BodyHandler("PAYLOAD\n"u8.ToArray());
        var stream = context.Create("x", handler);
        if (withBody)
            stream.RequestTransmit((int)handler.BodyLength);
        else
            stream.Connect();
        await peer.Paid.OrFail(() => $"Nothing was told:\n{peer.Said}");
        await stream.DisposeAsync();
        await context.DisposeAsync();
        Assert.NotEqual("", await peer.PayloadAsync());
        handler.AssertClean();
        log.AssertClean();
    }

    private static string Policy(RefusalCase one, string protocol, int port)
    {
        var roots = one.Roots?.Invoke() ?? [];
        var certificates = one.EmptyStore ? "{ \"root0\": \"MIIB...\" }" : string.Join(", ", roots.Select(static (root, i) => $"{{ \"root{i}\": \"{Convert.ToBase64String(root.RawData)}\" }}"));
        var store = one.EmptyStore ? "\"root0\"" : string.Join(", ", roots.Select(static (_, i) => $"\"root{i}\""));
        var trust = one.Roots is null && !one.EmptyStore ? "" : ", \"tls_trust_store\": \"store\"";
        var stores = trust.Length == 0 ? "" : $"\"certs\": [{certificates}], \"trust_stores\": [{{ \"name\": \"store\", \"stack\": [{store}] }}],";
        var more = one.More.Length == 0 ? "" : ", " + one.More;
        return $$"""
            { {{stores}} "s": [{ "x": {
                "endpoint": "{{one.Host}}", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "tls": true{{trust}}{{more}},
                {{Of(protocol)}} } }] }
            """;
    }

    /// <summary>What a streamtype of the protocol needs to carry the payload.</summary>
    private static string Of(string protocol) => protocol switch
    {
        "raw" => "\"protocol\": \"raw\"",
        "ws" => "\"protocol\": \"ws\", \"http_url\": \"/\"",
        _ => $"\"protocol\": \"{protocol}\", \"http_method\": \"POST\", \"http_url\": \"/\"",
    };
}
