using System.Text;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.Remote;

/// <summary>Documents and servers as they must not be: whatever comes, what runs goes on, no stream notices anything, and the server is told why.</summary>
public class BadDocumentTests
{
    private const long GiB = 1L << 30;

    public static TheoryData<string, SsRemotePolicyStage, string> Cases => new()
    {
        { "truncated", SsRemotePolicyStage.Document, "SSP00" },
        { "cut off", SsRemotePolicyStage.Fetch, "" },
        { "1 GiB stream", SsRemotePolicyStage.Size, "goes on" },
        { "1 GiB content-length", SsRemotePolicyStage.Size, "says it has 1073741824 bytes" },
        { "one byte too many", SsRemotePolicyStage.Size, "says it has 65537 bytes" },
        { "wrong product", SsRemotePolicyStage.Document, "SSP0502" },
        { "older revision", SsRemotePolicyStage.Revision, "4 is older than 5" },
        { "no revision", SsRemotePolicyStage.Revision, "states no policy_revision" },
        { "same revision", SsRemotePolicyStage.Revision, "5 was accepted before with other content" },
        { "expired", SsRemotePolicyStage.Expiry, "expired at 2020-01-01" },
        { "bad signature", SsRemotePolicyStage.Signature, "does not fit" },
        { "unknown key", SsRemotePolicyStage.Signature, "does not have, 'stranger'" },
        { "too few signatures", SsRemotePolicyStage.Signature, "1 good signatures of 2" },
        { "unsigned", SsRemotePolicyStage.Signature, "not signed" },
        { "huge signatures", SsRemotePolicyStage.Size, "65536 bytes are the most" },
        { "invalid JSON", SsRemotePolicyStage.Document, "fetched policy(" },
        { "empty", SsRemotePolicyStage.Document, "fetched policy(" },
        { "binary", SsRemotePolicyStage.Document, "fetched policy(" },
        { "unknown schema", SsRemotePolicyStage.Document, "SSP0501" },
        { "no streamtypes", SsRemotePolicyStage.Document, "no streamtype" },
        { "wrong value", SsRemotePolicyStage.Document, "SSP0102" },
        { "slow drip", SsRemotePolicyStage.Fetch, "not done after" },
        { "silence", SsRemotePolicyStage.Fetch, "not done after" },
        { "404", SsRemotePolicyStage.Fetch, "status 404" },
        { "500", SsRemotePolicyStage.Fetch, "status 500" },
        { "304 unasked", SsRemotePolicyStage.Fetch, "status 304" },
        { "redirect loop", SsRemotePolicyStage.Fetch, "" },
        { "reset", SsRemotePolicyStage.Fetch, "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Changes_nothing_and_is_told(string what, SsRemotePolicyStage stage, string why)
    {
        await using var world = await RemoteWorld.StartAsync();
        var signed = what.Contains("signature", StringComparison.Ordinal) || what is "unknown key" or "unsigned";
        var slow = what is "slow drip" or "silence";
        var keys = signed ? world.Keys.Members(2, "a", "b") : "";
        var built = world.Server.Policy(5, keys + (what == "wrong product" ? "\"product\": \"lamp\", " : ""));
        Serve(world, what);
        var context = await world.BeginAsync(
            built,
            new SsRemotePolicyOptions { MaximumBytes = 65536, Timeout = slow ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(2) },
            options => options with { Product = what == "wrong product" ? "lamp" : null });
        var before = context.Policy;
        var handler = new RecordingHandler { KeepPayload = true };
        var sent = 0;
        handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            "ping"u8.CopyTo(tx.Buffer);
            tx.Commit(4, SsTxFlags.StartOfMessage | SsTxFlags.EndOfMessage);
            sent++;
            return SsTransmitResult.Send;
        });
        await using var stream = context.Create("live", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        await world.FetchAsync();
        var result = await world.FetchAsync();
        var told = await world.Server.NextReportAsync();
        Assert.Equal(stage, result.Stage);
        Assert.Contains(why, string.Join('\n', result.Diagnostics.Prepend(result.Message)), StringComparison.Ordinal);
        Assert.Equal(stage == SsRemotePolicyStage.Fetch ? "failed" : "refused", told.GetProperty("result").GetString());
        Assert.Equal(stage.ToString().ToLowerInvariant(), told.GetProperty("stage").GetString());
        Assert.Equal(5, told.GetProperty("running_revision").GetInt32());
        Assert.Contains(why, string.Join('\n', told.GetProperty("diagnostics").EnumerateArray().Select(static one => one.GetString()).Prepend(told.GetProperty("message").GetString())), StringComparison.Ordinal);

        Assert.Same(before, context.Policy);
        Assert.Equal(0, context.PolicyRevision);
        Assert.NotNull(world.Remote.Status.Concern);
        stream.RequestTransmit();
        await handler.WaitForAsync(static one => one.ReceivedLength == 4, what: "the echo");
        Assert.Equal("Creating Connecting Connected", handler.Story);
        Assert.Equal(1, sent);
        world.Log.AssertClean();

        // And none of it keeps a good one from coming.
        var good = world.Server.Policy(6, what == "wrong product" ? "\"product\": \"lamp\", " : "");
        world.Server.Publish(good, world.Keys.Sign(good, "a", "b"));
        await world.FetchAsync();
        await world.FetchAsync();
        Assert.Equal(6, world.Remote.Status.Revision);
        Assert.Equal("Creating Connecting Connected", handler.Story);
    }

    private static void Serve(RemoteWorld world, string what)
    {
        var server = world.Server;
        var next = server.Policy(6);
        switch (what)
        {
            case "truncated":
                server.Publish(next[..^20]);
                break;
            case "one byte too many":
                server.Publish(next.PadRight(65537));
                break;
            case "wrong product":
                server.Publish(server.Policy(6, "\"product\": \"camera\", "));
                break;
            case "older revision":
                server.Publish(server.Policy(4));
                break;
            case "no revision":
                server.Publish(server.Policy(null));
                break;
            case "same revision":
                server.Publish(server.Policy(5, "\"release\": \"other\", "));
                break;
            case "expired":
                server.Publish(server.Policy(6, "\"policy_expires\": \"2020-01-01T00:00:00Z\", "));
                break;
            case "bad signature":
                server.Publish(next, world.Keys.Sign(next + " ", "a", "b"));
                break;
            case "unknown key":
                server.Publish(next, world.Keys.Sign(next, "a", "stranger"));
                break;
            case "too few signatures":
                server.Publish(next, world.Keys.Sign(next, "a"));
                break;
            case "unsigned":
                server.Publish(next);
                break;
            case "huge signatures":
                server.Publish(next, new byte[65537]);
                break;
            case "invalid JSON":
                server.Publish("<html>Sign in to the network</html>");
                break;
            case "binary":
                server.Publish([.. Enumerable.Range(0, 5000).Select(static i => (byte)(i * 37))]);
                break;
            case "unknown schema":
                server.Publish(server.Policy(6, "\"schema-version\": 99, "));
                break;
            case "no streamtypes":
                server.Publish("""{ "policy_revision": 6, "s": [] }""");
                break;
            case "wrong value":
                server.Publish(server.Policy(6, streams: """, { "x": { "endpoint": "127.0.0.1", "port": 70000 } }"""));
                break;
            default:
                server.Instead = context => MisbehaveAsync(context, what, next);
                break;
        }
    }

    private static async Task MisbehaveAsync(HttpContext context, string what, string policy)
    {
        var response = context.Response;
        switch (what)
        {
            case "404" or "500":
                response.StatusCode = int.Parse(what, System.Globalization.CultureInfo.InvariantCulture);
                break;
            case "304 unasked":
                response.StatusCode = 304;
                break;
            case "redirect loop":
                response.Redirect("/policy.json");
                break;
            case "empty":
                response.ContentLength = 0;
                break;
            case "reset":
                context.Abort();
                break;
            case "cut off":
                response.ContentLength = policy.Length;
                await response.WriteAsync(policy[..100], context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                break;
            case "silence":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "slow drip":
                // More than the bound, at a byte each: the client's clock ends it, whatever ours is.
                foreach (var one in Encoding.UTF8.GetBytes(policy))
                {
                    await response.Body.WriteAsync(new[] { one }, context.RequestAborted);
                    await response.Body.FlushAsync(context.RequestAborted);
                    await Task.Delay(100, context.RequestAborted);
                }

                break;
            default:
                if (what == "1 GiB content-length")
                    response.ContentLength = GiB;
                var piece = new byte[64 * 1024];
                for (var left = GiB; left > 0; left -= piece.Length)
                    await response.Body.WriteAsync(piece, context.RequestAborted);
                break;
        }
    }
}
