using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Remote;

/// <summary>Tells the server, over streamtype <c>report_policy</c>, what came of its documents. A few wait, the newest count; whether they arrive matters to nothing.</summary>
/// <param name="clients">An HttpClient for a streamtype; null when there is no such one.</param>
/// <param name="timeout">How long one report may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where losses are told.</param>
internal sealed class PolicyReporter(Func<string, HttpClient?> clients, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    /// <summary>The streamtype.</summary>
    public const string ReportStream = "report_policy";

    /// <summary>Reports that wait at a time.</summary>
    public const int MostWaiting = 8;

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Has a report sent some time.</summary>
    public void Add(byte[] report) => _waiting.Writer.TryWrite(report);

    /// <summary>Sends them one after the other, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var report in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await SendAsync(report, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                RemotePolicyLog.ReportLost(logger, error.Message);
            }
        }
    }

    private async Task SendAsync(byte[] report, CancellationToken cancellationToken)
    {
        // Of the policy in force when it is sent; without that streamtype nobody wants to know.
        using var client = clients(ReportStream);
        if (client is null)
            return;
        using var bound = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        using var content = new ByteArrayContent(report) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = content };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            RemotePolicyLog.ReportLost(logger, $"the server answered with status {(int)response.StatusCode}");
    }
}
