using System.Net.Sockets;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>HTTP/1.1 keeps connections, and puts no request on one before the one before it is answered.</summary>
public class PipeliningTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_need_not_wait_for_anothers_answer_has_a_connection_of_its_own(bool tls)
    {
        var late = new LateServer();
        await using var server = tls ? ScriptedServer.StartTls(TestCertificates.Server, ["http/1.1"], late.ServeAsync) : ScriptedServer.Start(late.ServeAsync);
        await using var streams = PeerStreams.Open(server.Port, "h1", tls, "/${what}", "\"http_method\": \"GET\", \"metadata\": [{ \"what\": \"\" }]");
        var handlers = new[] { new RecordingHandler(), new RecordingHandler() };
        await using var one = streams.Context.Create("x", handlers[0]);
        await using var other = streams.Context.Create("x", handlers[1]);

        // Both ask, and nobody is answered.
        Ask(one, "one-1");
        Ask(other, "other-1");
        var (ofOne, ofOther) = (await late.AskedAsync("/one-1"), await late.AskedAsync("/other-1"));
        Assert.NotEqual(ofOne, ofOther);

        // Who has been answered goes on where it was, while the other still waits.
        late.Answer("/one-1");
        await handlers[0].WaitForStateAsync(SsState.Disconnected);
        Ask(one, "one-2");
        Assert.Equal(ofOne, await late.AskedAsync("/one-2"));
        late.Answer("/other-1");
        await handlers[1].WaitForStateAsync(SsState.Disconnected);
        Ask(other, "other-2");
        Assert.Equal(ofOther, await late.AskedAsync("/other-2"));
        late.Answer("/other-2");
        late.Answer("/one-2");
        await handlers[0].WaitForStateAsync(SsState.Disconnected, times: 2);
        await handlers[1].WaitForStateAsync(SsState.Disconnected, times: 2);

        Assert.Equal(("/one-1/one-2", "/other-1/other-2"), (handlers[0].ReceivedText, handlers[1].ReceivedText));
        Assert.Equal(2, server.Counters.Accepted);
        Assert.Empty(late.Early);
        handlers[0].AssertClean();
        handlers[1].AssertClean();

        static void Ask(SecureStream stream, string what)
        {
            stream.SetMetadata("what", what);
            stream.Connect();
        }
    }

    /// <summary>What the test above proves hangs on this.</summary>
    [Fact]
    public async Task The_server_notices_who_does_not_wait()
    {
        var late = new LateServer();
        await using var server = ScriptedServer.Start(late.ServeAsync);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await late.AskedAsync("/first");
        late.Answer("/first");
        await late.AskedAsync("/second").OrFail(static () => "The second request was lost.");
        Assert.Equal(["behind /first on connection 1"], late.Early);
    }
}
