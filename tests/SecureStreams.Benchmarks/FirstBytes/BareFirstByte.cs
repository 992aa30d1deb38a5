using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.FirstBytes;

/// <summary>The program that asks with an <see cref="HttpClient"/>.</summary>
internal static class BareFirstByte
{
    public static async Task<int> RunAsync(BenchPeer peer)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{peer.Ports[BenchPeer.Http1]}{BenchServer.BodyPath}")), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[WorkloadTable.BodyBytes];
        var length = await body.ReadAsync(buffer);
        var firstByte = Stopwatch.GetTimestamp();
        length += await body.ReadAtLeastAsync(buffer.AsMemory(length), buffer.Length - length, throwOnEndOfStream: false);
        if (length != buffer.Length || !response.IsSuccessStatusCode)
            return 1;
        FirstByteRun.Report(firstByte);
        return 0;
    }
}
