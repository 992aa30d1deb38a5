using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>nginx takes a thousand requests on a connection and then says GOAWAY, in the middle of whatever is going on.</summary>
public class GoAwayTests(NginxFixture fixture)
{
    private const int Streams = 8;
    private const int Rounds = 320;

    [Fact]
    public async Task Transactions_go_on_over_one_connection_after_another_and_none_fails()
    {
        await using var streams = NginxStreams.Open(fixture.Server.Ports, "h2", "/target", """, "http_method": "GET" """);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var response = await streams.Context.TransactAsync("x", cancellationToken: TestContext.Current.CancellationToken);
                Assert.Equal((200, "target\n"), (response.Status, System.Text.Encoding.ASCII.GetString(response.Body.Span)));
            }
        }));
        Assert.Empty(streams.Context.Diagnostics.Recent());
    }
}
