using System.Globalization;
using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Benchmarks.Measuring;

/// <summary>Asks the server about itself.</summary>
internal sealed class ServerProbe(BenchPeer peer) : IServerProbe
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
    {
        BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{peer.Ports[BenchPeer.Http1]}")),
    };

    /// <summary>The processor time that it has used so far.</summary>
    public async Task<TimeSpan> CpuAsync() => new(await AskAsync(BenchServer.CpuPath));

    /// <summary>Its resident bytes.</summary>
    public Task<long> ResidentBytesAsync() => AskAsync(BenchServer.MemoryPath);

    public void Dispose() => _client.Dispose();

    private async Task<long> AskAsync(string path) => long.Parse(await _client.GetStringAsync(path), NumberStyles.None, CultureInfo.InvariantCulture);
}
