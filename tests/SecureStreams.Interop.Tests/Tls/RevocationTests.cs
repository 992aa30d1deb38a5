using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Who is accepted because somebody says that it was not revoked, and which of several is asked. Who is refused is in <see cref="RefusalCases"/>.</summary>
public class RevocationTests
{
    private const string Accepted = "Creating Connecting Connected QosAckRemote Disconnected Destroying";

    [Fact]
    public async Task Good_says_the_responder_and_is_not_asked_again()
    {
        await using var responder = new CrlServer();

        // The platform keeps answers on disk, by the names of issuer and subject.
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { Subject = $"CN=kept {Guid.NewGuid():N}", OcspUrl = responder.Url });
        responder.File = await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good);
        await using var server = await TlsHost.StartAsync(leaf);
        Assert.Equal(Accepted, (await RunAsync(server.Port)).Story);
        Assert.Equal(1, responder.Requests);
        Assert.Equal(Accepted, (await RunAsync(server.Port)).Story);
        Assert.Equal(1, responder.Requests);
        Assert.Equal(2, server.Log.Select(static one => one.Connection).Distinct().Count());
    }

    [Fact]
    public async Task Good_says_one_whom_the_issuer_lets_speak()
    {
        await using var responder = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url });
        var speaker = MatrixPki.Make(MatrixPki.Root, new() { Subject = "CN=Speaker", Dns = [], Purposes = [MatrixPki.ForOcsp] });
        responder.File = await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good, speaker);
        await using var server = await TlsHost.StartAsync(leaf);
        Assert.Equal(Accepted, (await RunAsync(server.Port)).Story);
    }

    [Theory]
    [InlineData(false, Accepted)]
    [InlineData(true, SsCauseCode.CertificateRevoked)]
    public async Task List_is_asked_before_the_responder(bool revoked, object expected)
    {
        await using var responder = new CrlServer();
        await using var list = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url, CrlUrl = list.Url });
        responder.File = await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, revoked ? OcspAnswer.Good : OcspAnswer.Revoked);
        list.File = MatrixPki.Revocations(MatrixPki.Root, revoked ? [leaf] : []);
        await using var server = await TlsHost.StartAsync(leaf);
        Assert.Equal(expected, Outcome(await RunAsync(server.Port)));
        Assert.Equal((0, 1), (responder.Requests, list.Requests));
    }

    [Theory]
    [InlineData(OcspAnswer.Good, Accepted)]
    [InlineData(OcspAnswer.Revoked, SsCauseCode.CertificateRevoked)]
    public async Task Responder_is_asked_where_there_is_no_list(string status, object expected)
    {
        await using var responder = new CrlServer();
        await using var list = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url, CrlUrl = list.Url });
        responder.File = await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, status);
        await using var server = await TlsHost.StartAsync(leaf);
        Assert.Equal(expected, Outcome(await RunAsync(server.Port)));
        Assert.Equal((1, 1), (responder.Requests, list.Requests));
    }

    [Fact]
    public async Task Intermediate_is_asked_about_as_well()
    {
        await using var above = new CrlServer();
        await using var below = new CrlServer();
        var intermediate = MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Intermediate") with { OcspUrl = above.Url });
        var leaf = MatrixPki.Make(intermediate, new() { OcspUrl = below.Url });
        above.File = await OcspAnswer.MakeAsync(MatrixPki.Root, intermediate, OcspAnswer.Good);
        below.File = await OcspAnswer.MakeAsync(intermediate, leaf, OcspAnswer.Good);
        await using var server = await TlsHost.StartAsync(leaf, intermediate);
        Assert.Equal(Accepted, (await RunAsync(server.Port)).Story);
        Assert.Equal((1, 1), (above.Requests, below.Requests));
    }

    [Fact]
    public async Task Staple_of_a_good_server_is_enough()
    {
        await using var responder = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url });
        await using var server = await OpenSslWitness.StartAsync(leaf, [], ["-www"], staple: await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good));
        Assert.Equal(Accepted, (await RunAsync(server.Port)).Story);
        Assert.Equal(0, responder.Requests);
    }

    [Fact]
    public async Task Staple_of_a_revoked_server_is_believed_before_the_responder()
    {
        await using var responder = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url });
        responder.File = await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good);
        await using var server = await OpenSslWitness.StartAsync(leaf, [], ["-www"], staple: await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Revoked));
        Assert.Equal(SsCauseCode.CertificateRevoked, Outcome(await RunAsync(server.Port)));
        Assert.Equal(0, responder.Requests);
    }

    [Theory]
    [InlineData(false, Accepted)]
    [InlineData(true, SsCauseCode.CertificateRevoked)]
    public async Task Staple_that_is_worth_nothing_is_as_good_as_none(bool revoked, object expected)
    {
        await using var responder = new CrlServer();
        await using var list = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { OcspUrl = responder.Url, CrlUrl = list.Url });
        list.File = MatrixPki.Revocations(MatrixPki.Root, revoked ? [leaf] : []);
        await using var server = await OpenSslWitness.StartAsync(leaf, [], ["-www"], staple: await OcspAnswer.MakeAsync(MatrixPki.Root, leaf, OcspAnswer.Good, MatrixPki.OtherRoot));
        Assert.Equal(expected, Outcome(await RunAsync(server.Port)));
        Assert.Equal((0, 1), (responder.Requests, list.Requests));
    }

    private static object Outcome(RecordingHandler handler) => handler.States.Contains(SsState.Unreachable) ? handler.CauseOf(SsState.Unreachable).Code : handler.Story;

    private static async Task<RecordingHandler> RunAsync(int port)
    {
        using var log = new TestLog();
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "h1", "tls": true, "tls_trust_store": "store", "tls_revocation": "online",
                "http_method": "GET", "http_url": "/" } }]
            }
            """, new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
        handler.AssertClean();
        log.AssertClean();
        return handler;
    }
}
