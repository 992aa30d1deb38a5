using System.Net;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>The body of a response, which gives the connection back when it has been read to its end or is disposed.</summary>
internal sealed class LaneContent : HttpContent
{
    private readonly HttpContent _content;
    private HttpLane? _lane;
    private readonly HttpBodyEnd _end;
    private long _due;

    /// <param name="response">The answer, with the platform's content.</param>
    /// <param name="lane">The connection.</param>
    /// <param name="announced">How long its body is to be (<see cref="HttpResponseValues.AnnouncedLength"/>).</param>
    public LaneContent(HttpResponseMessage response, HttpLane lane, long announced)
    {
        _content = response.Content;
        _lane = lane;
        _end = HttpBodyCheck.EndOf(response, announced, lane.IsSecure);
        _due = announced;
        foreach (var (name, values) in _content.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    /// <summary>Callers forget responses; the platform's clients survive that, and so must these.</summary>
    ~LaneContent()
    {
        // Not here: the thread of finalizers is nobody's to hold up.
        if (_lane is { } lane)
            ThreadPool.UnsafeQueueUserWorkItem(static lane => lane.Forsake(), lane, preferLocal: false);
    }

    /// <summary>The policy, where it bounds the body; null where it does not.</summary>
    public HttpPlan? Bound { get; init; }

    /// <summary>Gives the connection back, once.</summary>
    /// <param name="sound">Whether the body was read to its end.</param>
    public void Release(bool sound) => Interlocked.Exchange(ref _lane, null)?.Return(sound);

    /// <summary>Takes note of a read of the body, which is not told where it cannot be one (<see cref="HttpBodyCheck.Take"/>).</summary>
    /// <exception cref="TransportException">It cannot.</exception>
    public void Take(int read)
    {
        if (HttpBodyCheck.Take(_end, ref _due, read, Volatile.Read(ref _lane)) is not { } misfit)
            return;
        Release(sound: false);
        throw new TransportException(misfit);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        // What the peer announces is among the headers.
        length = 0;
        return false;
    }

    /// <inheritdoc/>
    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new LaneStream(await _content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new LaneStream(_content.ReadAsStream(cancellationToken), this);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Bound is null && _end == HttpBodyEnd.Unjudged)
        {
            await _content.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var body = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
            await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        Release(sound: true);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            Release(sound: false);
        }

        base.Dispose(disposing);
    }
}
