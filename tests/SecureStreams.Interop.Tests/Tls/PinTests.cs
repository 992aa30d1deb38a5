using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Which keys a pin may name, over a chain of three. Who is refused with every protocol is in <see cref="RefusalCases"/>.</summary>
public class PinTests
{
    private const string OfChain = ", \"tls_pin_scope\": \"chain\"";

    private static readonly X509Certificate2 Intermediate = MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Pinned Authority"));
    private static readonly X509Certificate2 Leaf = MatrixPki.Make(Intermediate, new());

    public static TheoryData<string, string, string> Accepted
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var protocol in (string[])["h1", "h2", "ws", "raw"])
            {
                data.Add("leaf", "", protocol);
                data.Add("leaf", OfChain, protocol);
                data.Add("intermediate", OfChain, protocol);
                data.Add("root", OfChain, protocol);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task Pinned_key_is_accepted_where_it_stands_in_the_scope(string which, string scope, string protocol)
    {
        await using var server = await TlsHost.StartAsync(Leaf, Intermediate);
        var pinned = which switch { "leaf" => Leaf, "intermediate" => Intermediate, _ => MatrixPki.Root };

        // One of several is enough: so keys are exchanged.
        using var log = new TestLog();
        var handler = new RecordingHandler();
        Visit.Arm(handler, protocol, "/pinned");
        await using var context = Open(server.Port, protocol, "/pinned", [MatrixPki.OtherRoot, pinned], scope, MatrixPki.Root, log);
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
        }

        Assert.Equal("/pinned", Assert.Single(server.Log).Path);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
        log.AssertClean();
    }

    [Fact]
    public async Task Pinned_key_counts_up_to_an_anchor_that_is_no_root()
    {
        await using var server = await TlsHost.StartAsync(Leaf, Intermediate);
        using var log = new TestLog();
        var handler = new RecordingHandler();
        await using var context = Open(server.Port, "h1", "/", [Intermediate], OfChain, Intermediate, log);
        await using var stream = context.Create("x", handler);

        stream.Connect();
        await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        log.AssertClean();
    }

    [Fact]
    public async Task Pinned_key_of_a_certificate_that_is_only_sent_along_does_not_count()
    {
        // A sound certificate of the same authority, which anybody can send who has seen it once.
        var stray = MatrixPki.Make(MatrixPki.Root, new() { Subject = "CN=stray" });
        await using var server = await OpenSslWitness.StartAsync(Leaf, [Intermediate, stray], ["-msg"]);
        using var log = new TestLog();
        var handler = new RecordingHandler();
        await using var context = Open(server.Port, "h1", "/", [stray], OfChain, MatrixPki.Root, log);
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        }

        var cause = handler.CauseOf(SsState.Unreachable);
        var detail = context.Diagnostics.Find(cause.DetailId)!;
        Assert.Equal((SsPhase.Tls, SsCauseCode.CertificatePinMismatch, "x.tls_pins"), (cause.Phase, cause.Code, detail.Policy?.Attribute));
        Assert.Contains(
            $"which has {RefusalCases.Pin(Leaf)}, {RefusalCases.Pin(Intermediate)}, {RefusalCases.Pin(MatrixPki.Root)};", detail.Message, StringComparison.Ordinal);

        // By the server's own account it has sent it, and got nothing.
        Assert.Equal("", await server.PayloadAsync());
        var sent = string.Concat(server.Said.Where(char.IsAsciiHexDigit));
        Assert.Contains(Convert.ToHexStringLower(stray.RawData), sent, StringComparison.Ordinal);
        handler.AssertClean();
        log.AssertClean();
    }

    private static LocalContext Open(int port, string protocol, string path, X509Certificate2[] pins, string scope, X509Certificate2 anchor, TestLog log) => SsContext.FromJson(
        string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "certs": [{ "anchor": "{{Convert.ToBase64String(anchor.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["anchor"] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{port}}, "protocol": "{{protocol}}", "tls": true, "tls_trust_store": "store", "opportunistic": true,
                {{(protocol == "raw" ? "" : $"\"http_url\": \"{path}\", ")}}{{(protocol is "h1" or "h2" ? "\"http_method\": \"GET\", " : "")}}
                "tls_pins": [{{string.Join(", ", pins.Select(static one => $"\"{RefusalCases.Pin(one)}\""))}}]{{scope}} } }]
            }
            """),
        new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
}
