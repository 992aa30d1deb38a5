using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Transports.WebSocket;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A peer that quotes the request in its answer does not bring the credentials of it into what operators read.</summary>
public sealed class HttpSecretsTests
{
    private const string Auth = "\"http_auth_header\": \"authorization:\", \"http_auth_preamble\": \"Bearer \"";
    private const string Basic = "\"http_auth_header\": \"authorization:\", \"http_auth_preamble\": \"Basic \"";

    [Theory]
    [InlineData("403 No", "you sent Bearer tok/S3CRET and tok/S3CRET", "HTTP/1.1 403 No: you sent *** and ***")]
    [InlineData("403 tok/S3CRET", "", "HTTP/1.1 403 ***")]
    [InlineData("503 Busy with tok/S3CRET", "tok/S3CRET", "HTTP/1.1 503 Busy with ***: ***")]
    [InlineData("302 Found\r\nLocation: /tok%2FS3CRET", "", "HTTP/1.1 302 Found, to http://127.0.0.1:PORT/***")]
    public async Task The_token_is_struck_out(string head, string body, string text)
    {
        var failure = await RefusedAsync("tok/S3CRET", Auth, head, body);
        Assert.Equal(text, failure.Text);
    }

    [Fact]
    public async Task Basic_credentials_are_struck_out_in_every_form()
    {
        var failure = await RefusedAsync("bWU6cHc=", Basic, "403 No", "bWU6cHc= is me:pw, and pw is wrong, which pwned nobody");
        Assert.Equal("HTTP/1.1 403 No: *** is ***, and *** is wrong, which pwned nobody", failure.Text);
    }

    [Fact]
    public async Task So_is_what_metadata_declares_as_a_credential_and_nothing_else_is()
    {
        await using var server = ScriptedServer.Start(Answer("403 No", "abc, def, ghi; a=1"));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, more: "\"metadata\": [{ \"my_token\": \"x-mine:\" }, { \"b\": \"x-api-key:\" }, { \"plain\": \"x-plain:\" }, { \"c\": \"cookie:\" }]");
        var (run, _) = await bench.RunAsync(policy, static run => run.With("my_token", "abc").With("b", "def").With("plain", "ghi").With("c", "a=1; b=2"));
        Assert.Equal("HTTP/1.1 403 No: ***, ***, ghi; a=***", run.Refusal!.PeerText);
    }

    [Fact]
    public async Task A_refused_upgrade_does_not_tell_it_either()
    {
        await using var bench = new WsBench(more: Auth);
        bench.Blobs.Write(SsBlobNames.Auth(0), "tok/S3CRET"u8);
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.SendTextAsync("HTTP/1.1 403 tok/S3CRET\r\nContent-Length: 10\r\n\r\ntok/S3CRET");
        Assert.Equal("HTTP/1.1 403 ***: ***", (await run.EndAsync())!.PeerText);
    }

    private static async Task<(string? Text, TransportFailure? Failure)> RefusedAsync(string token, string attributes, string head, string body)
    {
        await using var server = ScriptedServer.Start(Answer(head, body));
        await using var bench = new HttpBench();
        bench.Blobs.Write(SsBlobNames.Auth(0), System.Text.Encoding.UTF8.GetBytes(token));
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, more: attributes));
        return ((run.Refusal ?? failure)!.PeerText?.Replace($":{server.Port}/", ":PORT/", StringComparison.Ordinal), failure);
    }

    private static ConnectionScript Answer(string head, string body) => Scripts.AnswerRaw($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
