using System.Net;

namespace SecureStreams.Remote;

/// <summary>Asks for the policy over streamtype <c>fetch_policy</c>, and for its signatures over <c>fetch_policy_signature</c>. What comes is bounded in size and time, and not judged.</summary>
/// <param name="clients">An HttpClient for a streamtype; null when there is no such one.</param>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
internal sealed class PolicyFetcher(Func<string, HttpClient?> clients, SsRemotePolicyOptions options, TimeProvider time)
{
    /// <summary>The streamtype of the document.</summary>
    public const string PolicyStream = "fetch_policy";

    /// <summary>The streamtype of its signatures.</summary>
    public const string SignatureStream = "fetch_policy_signature";

    private const int PieceBytes = 16 * 1024;

    /// <summary>Asks once.</summary>
    /// <param name="etag">What the server called those that are known, with commas between; empty for none.</param>
    /// <param name="signed">Whether the signatures are asked for too.</param>
    /// <param name="cancellationToken">The end of the context.</param>
    /// <returns>The document; null when the server has one of those that are known, and then what it calls that one, empty where it does not say.</returns>
    /// <exception cref="FetchException">Nothing usable came.</exception>
    /// <exception cref="RemoteUnavailableException">There is no streamtype to ask over.</exception>
    public async Task<(FetchedPolicy? Document, string ETag)> FetchAsync(string etag, bool signed, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            var came = await GetAsync(PolicyStream, etag, options.MaximumBytes, either.Token).ConfigureAwait(false);
            if (came.Body is not { } body)
                return (null, came.ETag);
            ReadOnlyMemory<byte> signatures = default;
            if (signed)
                signatures = await GetSignaturesAsync(either.Token).ConfigureAwait(false);
            return (new FetchedPolicy(body, came.ETag, signatures), came.ETag);
        }
        catch (OperationCanceledException error) when (bound.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new FetchException(SsRemotePolicyStage.Fetch, $"The fetch was not done after {options.Timeout.TotalSeconds:0.###} s, which is all it may take.", error);
        }
    }

    private async Task<ReadOnlyMemory<byte>> GetSignaturesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await GetAsync(SignatureStream, "", PolicySignatures.LargestBytes, cancellationToken).ConfigureAwait(false)).Body ?? default;
        }
        catch (RemoteUnavailableException error)
        {
            throw new FetchException(SsRemotePolicyStage.Signature, $"The policy states policy_keys, and there is nobody to ask for signatures: {error.Message}", error);
        }
        catch (FetchException error) when (error.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            // Said by the judge: it is not signed.
            return default;
        }
    }

    private async Task<(ReadOnlyMemory<byte>? Body, string ETag)> GetAsync(string streamType, string etag, int most, CancellationToken cancellationToken)
    {
        using var client = clients(streamType) ?? throw new RemoteUnavailableException($"No streamtype '{streamType}' of protocol h1 or h2 is there.");
        using var request = new HttpRequestMessage(HttpMethod.Get, "");
        if (etag.Length > 0)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotModified && etag.Length > 0)
                return (null, ETagOf(response));
            if (response.StatusCode != HttpStatusCode.OK)
                throw new FetchException(SsRemotePolicyStage.Fetch, $"The server of streamtype '{streamType}' answered with status {(int)response.StatusCode}, and 200 is what brings a document.") { Status = response.StatusCode };
            if (response.Content.Headers.ContentLength > most)
                throw TooLarge(streamType, $"says it has {response.Content.Headers.ContentLength} bytes", most);
            var body = await ReadAsync(streamType, response, most, cancellationToken).ConfigureAwait(false);
            return (body, ETagOf(response));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new FetchException(SsRemotePolicyStage.Fetch, error.Message, error);
        }
    }

    /// <summary>Room grows with what has come, so that a length that is only claimed takes none.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string streamType, HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var body = new byte[Math.Min(most, PieceBytes)];
            var length = 0;
            while (true)
            {
                // One byte more than is taken tells whether there are more.
                if (length == body.Length && length == most)
                {
                    if (await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0)
                        throw TooLarge(streamType, "goes on", most);
                    return body;
                }

                if (length == body.Length)
                    Array.Resize(ref body, (int)Math.Min(most, 2L * body.Length));
                var read = await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return body.AsMemory(0, length);
                length += read;
            }
        }
    }

    private static string ETagOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("ETag", out var values) && values.Count == 1 && values.ToString() is { Length: <= SlotFormat.LargestETag / 4 } etag ? etag : "";

    private static FetchException TooLarge(string streamType, string how, int most) =>
        new(SsRemotePolicyStage.Size, $"What streamtype '{streamType}' brings {how}, and {most} bytes are the most that are taken.");
}
