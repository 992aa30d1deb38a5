using System.Globalization;
using System.Net;
using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Benchmarks.Http;

/// <summary>The platform alone, set up as the runtime sets it up, its body read into a buffer that is kept.</summary>
internal sealed class BareSide(int port, bool http2) : IHttpGetSide
{
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    private readonly Uri _body = At(port, BenchServer.BodyPath);
    private readonly Uri _cpu = At(port, BenchServer.CpuPath);
    private readonly Version _version = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
    private readonly byte[] _buffer = new byte[16 * 1024];

    public string Name => "bare";

    public async Task RunAsync(int transactions)
    {
        for (var i = 0; i < transactions; i++)
        {
            if (await GetAsync(_body) != BenchServer.BodyBytes)
                throw new InvalidOperationException("A body has the wrong length.");
        }
    }

    /// <summary>The processor time that the server has used so far.</summary>
    public async Task<TimeSpan> ServerCpuAsync()
    {
        var bytes = await GetAsync(_cpu);
        return new TimeSpan(long.Parse(_buffer.AsSpan(0, bytes), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return default;
    }

    private static Uri At(int port, string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}"));

    private async ValueTask<int> GetAsync(Uri uri)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await _invoker.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"Status {response.StatusCode}.");
        var stream = response.Content.ReadAsStream();
        var total = 0;
        while (true)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(total)).ConfigureAwait(false);
            if (read == 0)
                return total;
            total += read;
        }
    }
}
