using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>Our own client streams against our own server streams, over everything that raw travels on.</summary>
public sealed class RawMatrixTests
{
    private const int Length = 1_000_000;

    private const string Client = "\"protocol\": \"raw\", \"tls_trust_store\": \"main\"";

    [Theory]
    [InlineData("tcp", false)]
    [InlineData("tcp", true)]
    [InlineData("unix", false)]
    [InlineData("unix", true)]
    [InlineData("abstract", false)]
    [InlineData("abstract", true)]
    public async Task What_is_sent_comes_back_whole_and_each_side_ends_by_itself(string kind, bool tls)
    {
        var path = kind == "abstract" ? $"@ss-test-{Guid.NewGuid():N}" : Path.Combine(Path.GetTempPath(), $"ss-test-{Guid.NewGuid():N}");
        var where = kind == "tcp" ? "\"endpoint\": \"127.0.0.1\"" : $"\"endpoint\": \"+{path}\"";
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", {{where}}{{(tls ? ", " + ServerBench.Tls : "")}} }
            """);
        await using var listener = bench.Echo();
        var to = kind == "tcp" ? $"\"endpoint\": \"127.0.0.1\", \"port\": {ServerBench.PortOf(listener)}" : where;
        await using var clients = SsContext.FromJson($$"""
            {
              "certs": [{ "ca": "{{bench.Authority.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }],
              "s": [{ "cli": { {{Client}}, {{to}}{{(tls ? ", \"tls\": true" : "")}} } }]
            }
            """);
        var sent = 0;
        var bytes = DeterministicBytes.Make(Length);
        var body = new RecordingHandler().OnTransmitDo((SecureStream own, scoped ref SsTransmit tx) =>
        {
            var count = Math.Min(tx.Buffer.Length, Length - sent);
            bytes.AsSpan(sent, count).CopyTo(tx.Buffer);
            sent += count;
            tx.Commit(count, sent == Length ? SsTxFlags.EndOfStream : SsTxFlags.None);
            if (sent < Length)
                own.RequestTransmit();
            return SsTransmitResult.Send;
        });
        var stream = clients.Create("cli", body);
        stream.RequestTransmit();
        await body.WaitForAsync(static one => one.Events.Any(static e => e.Flags.HasFlag(SsRxFlags.PeerEndOfStream)));
        Assert.Equal(bytes, body.Received);
        body.AssertClean();
        await Poll.UntilAsync(() => listener.Streams.Count == 0, static () => "The accepted stream stays.");
    }
}
