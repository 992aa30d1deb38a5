using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>Names with letters outside of ASCII travel as IDNA writes them (RFC 5891), in every protocol: to the resolver, and in TLS.</summary>
public sealed class InternationalNameTests
{
    private const string Ascii = "xn--bcher-kva.example";

    [Theory]
    [InlineData("raw")]
    [InlineData("mqtt")]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("ws")]
    public async Task The_resolver_is_asked_for_what_is_in_the_dns(string protocol)
    {
        var names = ScriptedNames.Failing(new SocketException((int)SocketError.HostNotFound));
        var (failure, _) = await FailAsync(protocol, "bücher.example", names);
        Assert.Equal((SsPhase.Names, SsCauseCode.NameNotFound), (failure.Phase, failure.Code));
        Assert.Equal([Ascii], names.Asked);
    }

    [Theory]
    [InlineData("raw", "ü..example")]
    [InlineData("h1", "ü..example")]
    [InlineData("ws", "üaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public async Task What_has_no_such_form_is_the_policys_fault(string protocol, string endpoint)
    {
        var names = ScriptedNames.Answering("127.0.0.1");
        var (failure, message) = await FailAsync(protocol, endpoint, names);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid), (failure.Phase, failure.Code));
        Assert.Contains("has no form in which the DNS could hold it", message, StringComparison.Ordinal);
        Assert.Empty(names.Asked);
    }

    [Fact]
    public async Task Tls_asks_for_it_and_takes_a_certificate_for_it()
    {
        using var server = TlsPeer.Start(TestPki.For(Ascii), [TestPki.Intermediate]);
        var root = Convert.ToBase64String(TestPki.Root.RawData);
        await using var context = SsContext.FromJson(
            $$"""
            { "certs": [{ "root": "{{root}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
              "s": [{ "x": { "endpoint": "bücher.example", "port": {{server.Port}}, "protocol": "raw", "tls": true, "tls_trust_store": "store" } }] }
            """, new() { Platform = new SsPlatform { Names = ScriptedNames.Answering("127.0.0.1"), SocksProxy = null } });
        var handler = new RecordingHandler();
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Connected) || seen.States.Contains(SsState.AllRetriesFailed));
        }

        Assert.True(handler.States.Contains(SsState.Connected), string.Join("; ", context.Diagnostics.Recent().Select(static one => one.Message)));

        // The platform's server writes the name that it is asked for back into letters.
        Assert.Equal("bücher.example", (await server.Result.OrFail(static () => "The connection stays.")).ServerName);
    }

    private static async Task<(SsCause Cause, string Message)> FailAsync(string protocol, string endpoint, ScriptedNames names)
    {
        var more = protocol switch
        {
            "raw" => "",
            "mqtt" => ", \"mqtt_topic\": \"t\"",
            "ws" => ", \"http_url\": \"/\"",
            _ => ", \"http_method\": \"GET\", \"http_url\": \"/\"",
        };
        await using var context = SsContext.FromJson(
            $$"""{ "s": [{ "x": { "endpoint": "{{endpoint}}", "port": 80, "protocol": "{{protocol}}"{{more}} } }] }""", new() { Platform = new SsPlatform { Names = names, SocksProxy = null } });
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Unreachable);
        var cause = handler.CauseOf(SsState.Unreachable);
        return (cause, context.Diagnostics.Find(cause.DetailId)!.Message);
    }
}
