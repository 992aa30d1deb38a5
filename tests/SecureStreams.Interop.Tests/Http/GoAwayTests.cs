using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>nginx takes a thousand requests on a connection and then says GOAWAY, in the middle of whatever is going on.</summary>
public class GoAwayTests(NginxFixture fixture)
{
    private const int Streams = 8;
    private const int Rounds = 320;
    private const int RequestsPerConnection = 1000; // nginx's default of keepalive_requests.

    [Fact]
    public async Task Transactions_go_on_over_one_connection_after_another_and_none_fails()
    {
        var mark = Guid.NewGuid().ToString("N");
        await using var streams = NginxStreams.Open(fixture.Server.Ports, "h2", $"/target?{mark}", """, "http_method": "GET" """);
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var response = await streams.Context.TransactAsync("x", cancellationToken: TestContext.Current.CancellationToken);
                Assert.Equal((200, "target\n"), (response.Status, System.Text.Encoding.ASCII.GetString(response.Body.Span)));
            }
        }));
        Assert.Empty(streams.Context.Diagnostics.Recent());

        // By nginx's own account: each request came once, on no connection more than it takes, and so on three at least.
        bool IsOurs(NginxLogLine line) => line.Request.Contains(mark, StringComparison.Ordinal);
        await fixture.Server.WaitForLogAsync(IsOurs, Streams * Rounds);
        var connections = fixture.Server.AccessLog.Where(IsOurs).GroupBy(static line => line.Connection).Select(static one => one.Count()).ToList();
        Assert.Equal(Streams * Rounds, connections.Sum());
        Assert.True(connections.Count >= 3 && connections.Max() == RequestsPerConnection, $"Requests by connection: {string.Join(", ", connections)}");
    }
}
