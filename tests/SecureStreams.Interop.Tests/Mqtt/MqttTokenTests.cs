using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A token that is fetched is the password at a real broker, whose password file changes while it runs: one that is not taken any more is fetched anew, once.</summary>
public class MqttTokenTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_token_that_the_broker_does_not_take_any_more_is_fetched_anew(int version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var tokens = await Tokens.StartAsync();
        await broker.ChangePasswordAsync("token-1");
        using var log = new TestLog();
        await using var context = Open(broker, tokens, version, log);
        var handler = new MqttHandler();
        await using var stream = context.Create("x", handler);
        await handler.WaitForStateAsync(SsState.Connected);
        Assert.Equal(1, tokens.Fetches);

        // Who is connected with the old one is cut off, and refused with it: the next one is the second token.
        await broker.ChangePasswordAsync("token-2");
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(2, tokens.Fetches);
        Assert.DoesNotContain(SsState.AuthFailed, handler.States);
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.Send(stream, "with the new one");
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        handler.AssertClean();
        log.AssertClean();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Where_the_new_one_is_refused_too_the_attempt_ends_with_AuthFailed(int version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var tokens = await Tokens.StartAsync();
        await broker.ChangePasswordAsync("token-1");
        using var log = new TestLog();
        await using var context = Open(broker, tokens, version, log);
        var handler = new MqttHandler();
        await using var stream = context.Create("x", handler);
        await handler.WaitForStateAsync(SsState.Connected);
        await broker.ChangePasswordAsync("something else");
        await handler.WaitForStateAsync(SsState.AuthFailed);
        var cause = handler.CauseOf(SsState.AuthFailed);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.CredentialsRefused), (cause.Phase, cause.Code));
        Assert.Equal(2, tokens.Fetches);
        Assert.DoesNotContain(context.Diagnostics.Recent(), static one => one.ToString().Contains("token-", StringComparison.Ordinal));

        // When the broker takes it after all, the stream is back by its retries.
        await broker.ChangePasswordAsync("token-2");
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(2, tokens.Fetches);
        handler.AssertClean();
        log.AssertClean();
    }

    private static LocalContext Open(MosquittoBroker broker, Tokens tokens, int version, TestLog log)
    {
        var context = SsContext.FromJson(
            string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "soon": { "backoff": [200], "conceal": 65535, "jitterpc": 0 } }],
              "auth": [{ "name": "a", "streamtype": "fetch", "blob": 0 }],
              "s": [{
                "fetch": { "endpoint": "127.0.0.1", "port": {{tokens.Port}}, "protocol": "h1", "http_method": "POST", "http_url": "/token", "http_www_form_urlencoded": true, "retry": "soon" },
                "x": { "endpoint": "127.0.0.1", "port": {{broker.Ports.Guarded}}, "protocol": "mqtt", "mqtt_version": {{version}}, "mqtt_client_id": "token", "mqtt_qos": 1, "mqtt_topic": "open/x", "use_auth": "a", "nailed_up": true, "retry": "soon" }
              }]
            }
            """),
            new() { LoggerFactory = log });
        context.Blobs.Write(SsBlobNames.AuthRoot, "grant_type=refresh_token&refresh_token=root"u8.ToArray());
        context.Blobs.Write(SsBlobNames.MqttUserName, Encoding.UTF8.GetBytes(MosquittoBroker.User));
        return context;
    }

    /// <summary>A token server: token-1, token-2, and so on.</summary>
    private sealed class Tokens : IAsyncDisposable
    {
        private KestrelTestHost _host = null!;
        private int _fetches;

        private Tokens()
        {
        }

        public int Port => _host.HttpPort;

        public int Fetches => Volatile.Read(ref _fetches);

        public static async Task<Tokens> StartAsync()
        {
            var tokens = new Tokens();
            tokens._host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = tokens.AnswerAsync });
            return tokens;
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private Task AnswerAsync(HttpContext context)
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"token-{{Interlocked.Increment(ref _fetches)}}","expires_in":3600,"token_type":"bearer"}"""));
        }
    }
}
