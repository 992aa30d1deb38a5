using System.Globalization;
using System.Net;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Bare;

/// <summary>
/// GETs by the platform alone, set up as the runtime sets it up, bodies read into buffers that are kept. By its handler alone nothing bounds a request and nothing can cancel it; by an
/// <see cref="HttpClient"/>, the default time-out does.
/// </summary>
internal sealed class BareGetSide : IWorkloadSide
{
    private readonly HttpMessageInvoker _invoker;
    private readonly HttpClient? _client;
    private readonly Uri _body;
    private readonly Version _version;
    private readonly byte[][] _buffers;
    private int _left;

    public BareGetSide(Workload workload, BenchPeer peer, bool httpClient)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            SslOptions = peer.TlsOptions("127.0.0.1"),
        };
        _client = httpClient ? new HttpClient(handler) : null;
        _invoker = _client ?? new HttpMessageInvoker(handler);
        _body = new Uri(string.Create(CultureInfo.InvariantCulture, $"{(workload.IsSecure ? "https" : "http")}://127.0.0.1:{peer.PortOf(workload)}{(workload.Closes ? BenchServer.ClosingPath : BenchServer.BodyPath)}"));
        _version = workload.Way == WorkloadWay.Http2Tls ? HttpVersion.Version20 : HttpVersion.Version11;
        _buffers = [.. Enumerable.Range(0, workload.Outstanding).Select(static _ => new byte[16 * 1024])];
    }

    public string Name => "bare";

    public async Task OpenAsync() => await GetAsync(_buffers[0]);

    public Task RunAsync(int operations)
    {
        Volatile.Write(ref _left, operations);
        return _buffers.Length == 1 ? RepeatAsync(_buffers[0]) : Task.WhenAll(_buffers.Select(RepeatAsync));
    }

    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return default;
    }

    private async Task RepeatAsync(byte[] buffer)
    {
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            if (await GetAsync(buffer).ConfigureAwait(false) != WorkloadTable.BodyBytes)
                throw new InvalidOperationException("A body has the wrong length.");
        }
    }

    private async ValueTask<int> GetAsync(byte[] buffer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _body) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await (_client is null
            ? _invoker.SendAsync(request, CancellationToken.None)
            : _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None)).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"Status {response.StatusCode}.");
        var stream = response.Content.ReadAsStream();
        var total = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(total)).ConfigureAwait(false);
            if (read == 0)
                return total;
            total += read;
        }
    }
}
