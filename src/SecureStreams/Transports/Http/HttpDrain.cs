using System.Buffers;

namespace SecureStreams.Transports.Http;

/// <summary>Reads past a body that nobody wants, within a bound, so that its connection can be used again.</summary>
internal static class HttpDrain
{
    /// <summary>Drains <paramref name="response"/> and disposes it; errors cost the connection and nothing else.</summary>
    /// <returns>The first bytes of the body, at most <paramref name="keep"/>.</returns>
    public static async Task<ReadOnlyMemory<byte>> RunAsync(HttpResponseMessage response, int keep, CancellationToken cancellationToken)
    {
        var kept = new ArrayBufferWriter<byte>(keep > 0 ? HttpDefaults.SmallBodyBytes : 1);
        var buffer = ArrayPool<byte>.Shared.Rent(HttpDefaults.PieceBytes);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            for (var total = 0; total < HttpDefaults.DrainBytes;)
            {
                var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    break;
                kept.Write(buffer.AsSpan(0, Math.Min(read, keep - kept.WrittenCount)));
                total += read;
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // What the status said stands, whatever became of the body behind it.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            response.Dispose();
        }

        return kept.WrittenMemory;
    }
}
