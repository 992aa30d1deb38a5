using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Servers;

/// <summary>A server of policies on loopback: <c>/policy.json</c> with ETag and 304, <c>/policy.json.jws</c>, and <c>/report</c>, which takes reports.</summary>
public sealed class PolicyServer : IAsyncDisposable
{
    private readonly Channel<JsonElement> _reports = Channel.CreateUnbounded<JsonElement>();
    private readonly ConcurrentQueue<int> _statuses = new();
    private KestrelTestHost? _host;
    private (byte[] Policy, byte[]? Signatures) _published = ([], null);

    private PolicyServer()
    {
    }

    /// <summary>The host itself; it echoes on its raw port.</summary>
    public KestrelTestHost Host => _host!;

    /// <summary>Answers requests for the policy in place of what is published; null for none.</summary>
    public RequestDelegate? Instead { get; set; }

    /// <summary>The statuses of the answers to requests for the policy, in their order.</summary>
    public IReadOnlyList<int> Statuses => [.. _statuses];

    /// <summary>Starts one that has nothing to give (404).</summary>
    public static async Task<PolicyServer> StartAsync()
    {
        var server = new PolicyServer();
        server._host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = server.AnswerAsync });
        return server;
    }

    /// <summary>A policy that is fetched from here, and has a raw streamtype <c>live</c> that leads to an echo.</summary>
    /// <param name="port">Of the server.</param>
    /// <param name="revision">Its revision; null for none.</param>
    /// <param name="more">Members of the document, with a comma behind.</param>
    /// <param name="streams">Further streamtypes, with a comma before.</param>
    /// <param name="rawPort">Where <c>live</c> leads.</param>
    public static string PolicyText(int port, long? revision, string more = "", string streams = "", int rawPort = 9) => $$"""
        { {{(revision is { } number ? string.Create(CultureInfo.InvariantCulture, $"\"policy_revision\": {number}, ") : "")}}{{more}}
          "retry": [{ "never": { "backoff": [100], "conceal": 0, "jitterpc": 0 } }],
          "s": [
            { "fetch_policy": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "h1", "http_url": "policy.json", "retry": "never", "allow_redirects": true } },
            { "fetch_policy_signature": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "h1", "http_url": "policy.json.jws", "retry": "never" } },
            { "report_policy": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "h1", "http_method": "POST", "http_url": "report", "retry": "never" } },
            { "live": { "endpoint": "127.0.0.1", "port": {{rawPort}}, "protocol": "raw", "retry": "never" } }{{streams}}
          ]
        }
        """;

    /// <summary>As <see cref="PolicyText"/>, of this server.</summary>
    public string Policy(long? revision, string more = "", string streams = "") => PolicyText(Host.HttpPort, revision, more, streams, Host.RawPort);

    /// <summary>Gives this from now on.</summary>
    public void Publish(string policy, byte[]? signatures = null) => Publish(Encoding.UTF8.GetBytes(policy), signatures);

    /// <summary>Gives this from now on.</summary>
    public void Publish(byte[] policy, byte[]? signatures = null)
    {
        Instead = null;
        _published = (policy, signatures);
    }

    /// <summary>The next report that came.</summary>
    public Task<JsonElement> NextReportAsync() => _reports.Reader.ReadAsync().AsTask().OrFail(static () => "No report comes.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (policy, signatures) = _published;
        switch (context.Request.Path.Value)
        {
            case "/report":
                using (var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))
                    _reports.Writer.TryWrite(document.RootElement.Clone());
                context.Response.StatusCode = 204;
                return;
            case "/policy.json" when Instead is { } instead:
                await instead(context);
                return;
            case "/policy.json" when policy.Length > 0:
                var etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(policy))[..16]}\"";
                context.Response.Headers.ETag = etag;
                if (context.Request.Headers.IfNoneMatch.ToString().Contains(etag, StringComparison.Ordinal))
                    context.Response.StatusCode = 304;
                else
                    await WriteAsync(context, policy);
                _statuses.Enqueue(context.Response.StatusCode);
                return;
            case "/policy.json.jws" when signatures is not null:
                await WriteAsync(context, signatures);
                return;
            default:
                context.Response.StatusCode = 404;
                return;
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
