using System.Globalization;
using System.Net;

namespace SecureStreams.Tool;

/// <summary>A policy that is fetched over HTTP or HTTPS, as files are read: whole, with a bound, and with a reason when it cannot be.</summary>
internal static class PolicyUrl
{
    /// <summary>How long it may take, whole.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private const int PieceBytes = 64 * 1024;

    /// <summary>Whether an argument is a URL, and no file.</summary>
    public static bool Is(string place) =>
        place.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || place.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Fetches the text.</summary>
    /// <param name="url">From where; redirects are followed, but for those from https to http.</param>
    /// <param name="limit">How many bytes are taken.</param>
    /// <param name="bound">How long it may take.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InputTooLargeException">It has more than <paramref name="limit"/> bytes.</exception>
    /// <exception cref="UnusableInputException">It cannot be had.</exception>
    public static async Task<ReadOnlyMemory<byte>> FetchAsync(string url, int limit, TimeSpan bound, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0)
            throw Unusable(url, "it is no URL, as https://policies.example/next.json");
        if (address.UserInfo.Length > 0)
            throw Unusable(url[(url.IndexOf('@', StringComparison.Ordinal) + 1)..], "names and passwords in URLs are not sent; fetch it with a program that does, and give the file");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        either.CancelAfter(bound);
        try
        {
            // Bounded by the token; the client's own bound does not hold for the body.
            using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response is { RequestMessage.RequestUri: { Scheme: "https" } secure, Headers.Location: { } next } && new Uri(secure, next).Scheme == "http")
                throw Unusable(url, "the server redirects from https to http, where anybody on the way could answer; that is not followed");
            if (response.StatusCode != HttpStatusCode.OK)
                throw Unusable(url, string.Create(CultureInfo.InvariantCulture, $"the server answered with status {(int)response.StatusCode}"));
            if (response.Content.Headers.ContentLength is { } length && length > limit)
                throw new InputTooLargeException(length, limit);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await ReadAsync(body, limit, either.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unusable(url, error.GetBaseException().Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Unusable(url, string.Create(CultureInfo.InvariantCulture, $"it did not come within {bound.TotalSeconds:0.###} s"));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, int limit, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        var piece = new byte[PieceBytes];
        int count;
        while ((count = await body.ReadAsync(piece, cancellation)) > 0)
        {
            if (text.Length + count > limit)
                throw new InputTooLargeException(null, limit);
            text.Write(piece, 0, count);
        }

        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }

    private static UnusableInputException Unusable(string url, string reason) => new(PlainText.OneLine($"{url}: cannot be fetched: {reason}"));
}
