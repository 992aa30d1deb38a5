using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public class H2ScriptsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Scripted => [nameof(H2Scripts.GoAwayAtOnce), nameof(H2Scripts.GoAwayHandled), nameof(H2Scripts.ResetConnection), nameof(H2Scripts.Garbage)];

    [Theory]
    [MemberData(nameof(Scripted))]
    public async Task A_client_gets_an_error(string name)
    {
        var script = (ConnectionScript)typeof(H2Scripts).GetProperty(name)!.GetValue(null)!;
        await using var server = ScriptedServer.Start(script);
        using var client = TestClient.H2();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{server.Port}/", Cancellation));
        Assert.True(server.Counters.Bytes >= H2Frame.ClientPreface.Length);
    }

    [Fact]
    public async Task An_unhandled_request_may_be_sent_again_on_another_connection()
    {
        await using var server = ScriptedServer.StartTls(TestCertificates.Server, ["h2"], H2Scripts.GoAwayUnhandled, H2Scripts.GoAwayHandled);
        using var client = TestClient.H2();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"https://localhost:{server.Port}/", Cancellation));
        Assert.Equal(2, server.Counters.Accepted);
    }

    [Fact]
    public async Task A_reset_stream_leaves_the_connection()
    {
        const int Cancel = 8;
        await using var server = ScriptedServer.Start(H2Scripts.ResetStream(Cancel));
        using var client = TestClient.H2();
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{server.Port}/", Cancellation));
            Assert.Equal(Cancel, Assert.IsType<HttpProtocolException>(error.InnerException).ErrorCode);
        }

        Assert.Equal(1, server.Counters.Accepted);
    }
}
