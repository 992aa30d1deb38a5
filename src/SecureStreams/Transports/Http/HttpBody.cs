using System.Net;

namespace SecureStreams.Transports.Http;

/// <summary>A request body that tx callbacks supply as the connection takes it.</summary>
/// <param name="writer">Where the callbacks put it.</param>
/// <param name="length">Its length, if that is to be announced on the wire.</param>
internal sealed class HttpBody(HttpBodyWriter writer, long? length) : HttpContent
{
    /// <inheritdoc/>
    protected override bool TryComputeLength(out long result)
    {
        result = length ?? 0;
        return length is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => writer.PumpAsync(stream);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => writer.PumpAsync(stream);
}
