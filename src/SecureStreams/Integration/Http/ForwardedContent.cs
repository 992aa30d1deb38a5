using System.Net;
using System.Net.Http.Json;

namespace SecureStreams.Integration.Http;

/// <summary>The body of a request for one attempt: headers of its own, bytes of the caller's content, and whether any of them were asked for. Disposing it leaves the caller's content alone.</summary>
internal sealed class ForwardedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly bool _announced;

    /// <param name="content">The caller's.</param>
    /// <param name="announced">Whether its length is sent, where it is known.</param>
    public ForwardedContent(HttpContent content, bool announced)
    {
        _content = content;
        _announced = announced;

        // Asked for first: a length that is only worked out becomes a header by it.
        var length = content.Headers.ContentLength;
        foreach (var (name, values) in content.Headers.NonValidated)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                Headers.TryAddWithoutValidation(name, values);
        }

        Length = length;
    }

    /// <summary>The length, if the caller's content knows it.</summary>
    public long? Length { get; }

    /// <summary>Whether the platform has begun to fetch it, so that some of it may have been sent.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether <paramref name="content"/> gives the same bytes again. Contents of unknown kinds, and streams, are taken not to.</summary>
    public static bool IsReplayable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent => true,
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = Length ?? 0;
        return _announced && Length is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasBegun = true;
        return _content.CopyToAsync(stream, context, cancellationToken);
    }
}
