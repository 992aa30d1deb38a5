using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.Remote;

/// <summary>How much of a document without end is taken from the network at all: counted by the server, at the socket.</summary>
public class EndlessDocumentTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData("Content-Length: 1073741824\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n40000000\r\n")]
    [InlineData("Connection: close\r\n\r\n")]
    public async Task A_gibibyte_is_left_where_it_is(string framing)
    {
        long sent = 0;
        var piece = new byte[64 * 1024];
        await using (var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n" + framing, stopping);
            for (var left = GiB; left > 0; left -= piece.Length)
            {
                await connection.WriteAsync(piece, stopping);
                Interlocked.Add(ref sent, piece.Length);
            }
        }))
        {
            var policy = PolicyServer.PolicyText(server.Port, 1).Replace("report_policy", "no_report", StringComparison.Ordinal);
            await using var context = SsContext.FromJson(policy, new SsContextOptions { RemotePolicy = new SsRemotePolicyOptions() });
            var result = await context.RemotePolicy!.RefreshAsync(TestContext.Current.CancellationToken).OrFail(static () => "The fetch does not end.");
            Assert.Equal((SsRemotePolicyOutcome.Refused, SsRemotePolicyStage.Size), (result.Outcome, result.Stage));
        }

        // What fits into the buffers of the sockets is sent in vain, of two fetches at most.
        Assert.True(sent < GiB / 8, $"{sent} bytes were taken.");
        TestContext.Current.TestOutputHelper!.WriteLine($"{Encoding.ASCII.GetByteCount(framing)} bytes of framing, {sent} of 1073741824 bytes sent");
    }
}
