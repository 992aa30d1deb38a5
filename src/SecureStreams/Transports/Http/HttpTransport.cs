using System.Buffers;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Http;

/// <summary>One HTTP transaction: request, redirects if the policy follows them, response.</summary>
/// <remarks>
/// One loop (<see cref="RunAsync"/>) receives; a body has a second one, the platform's (<see cref="HttpBodyWriter"/>). Each delivers inside the mailbox and looks
/// at <c>_stopped</c> after every call it makes there. The first cause to stop the exchange wins and is what Closed reports.
/// </remarks>
internal sealed partial class HttpTransport : StreamTransport
{
    private readonly HttpTransportFactory _factory;
    private readonly HttpPlan _plan;
    private readonly TransportSetup _setup;
    private readonly MailboxEntry _entry;
    private HttpTarget? _target;
    private HttpWatch? _watch;
    private HttpBodyWriter? _body;
    private HttpRequestMessage? _request;
    private TransportFailure? _failure;
    private TaskCompletionSource? _resume;
    private Task _run = Task.CompletedTask;
    private HttpMethod _method;
    private int _hops;
    private bool _strange;
    private bool _paused;
    private bool _stopped;
    private bool _closed;

    public HttpTransport(HttpTransportFactory factory, HttpPlan plan, TransportSetup setup)
    {
        _factory = factory;
        _plan = plan;
        _setup = setup;
        _entry = new MailboxEntry(setup.Mailbox);
        _method = plan.Method ?? HttpMethod.Get;
        _paused = setup.ReceivePaused;
    }

    /// <inheritdoc/>
    public override bool IsTransactional => true;

    /// <inheritdoc/>
    public override string? Rideshare => _body?.Rideshare;

    /// <inheritdoc/>
    public override TransportWriter Writer => (TransportWriter?)_body ?? ClosedWriter.Instance;

    /// <inheritdoc/>
    public override Task Completion => _run;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _setup.Mailbox.AssertCurrent();
        _setup.Metadata.ClearReceivedOnMailbox();
        _failure = PrepareOnMailbox();
        _run = RunAsync();
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        _setup.Mailbox.AssertCurrent();
        if (_paused == paused)
            return;
        Touch();
        Volatile.Write(ref _paused, paused);
        if (!paused)
            _resume?.TrySetResult();
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox()
    {
        // Every transaction that ended by itself is let go too: nothing to say then.
        if (!_stopped && !_closed)
            StopOnMailbox(new TransportFailure(SsPhase.Local, SsCauseCode.LocalDisconnect, "The stream let the transaction go before it ended."));
    }

    /// <summary>Ends the exchange because of <paramref name="failure"/>, unless it has ended or something else ended it before.</summary>
    public void StopOnMailbox(TransportFailure failure)
    {
        _setup.Mailbox.AssertCurrent();
        if (_stopped || _closed)
            return;
        _failure ??= failure;
        Volatile.Write(ref _stopped, true);
        _body?.AbortOnMailbox();
        _resume?.TrySetResult();
        _watch?.Cancel();
    }

    private async Task RunAsync()
    {
        HttpResponseMessage? response = null;
        byte[]? buffer = null;
        TransportFailure? failure = null;
        try
        {
            if (_request is { } request)
            {
                _request = null;
                try
                {
                    response = await SendOnceAsync(request, _headSince).ConfigureAwait(false);
                }
                catch (Exception error) when (_plan.IsHttp2 && HttpLane.IsUsedUp(error))
                {
                    response = await ResendAsync(request).ConfigureAwait(false);
                }

                TakeCookies(response);
                if (IsDetour(response))
                {
                    var first = response;
                    response = null;
                    response = await DetourAsync(first).ConfigureAwait(false);
                }

                // Where HTTP/1.1 says how long the body is, its last byte is its end: no further read is needed to learn that.
                var left = response.Version.Major == 1 ? HttpResponseValues.AnnouncedLength(response) : -1;
                if (_plan.MaxBodyBytes > 0)
                    HttpResponseValues.CheckLength(_plan, _method, response);
                var total = 0L;
                var flags = SsRxFlags.StartOfMessage;
                Stream? stream = null;
                var awaited = Awaited.None;
                ValueTask<int> early = default;
                using (await _entry)
                {
                    if (!_stopped)
                        DeliverHeadOnMailbox(response, mayHaveTrailers: left < 0);
                    if (!_stopped)
                    {
                        stream = response.Content.ReadAsStream(CancellationToken.None);
                        early = TakeAtOnceOnMailbox(ref response, stream, ref buffer, ref left, ref flags, out awaited);
                    }
                }

                var come = awaited == Awaited.None ? 0 : await early.ConfigureAwait(false);
                var full = false;
                while (response is not null && stream is not null && !Volatile.Read(ref _stopped))
                {
                    var token = _watch!.Token;
                    if (Volatile.Read(ref _paused) && awaited != Awaited.Bytes)
                    {
                        Give(ref buffer);
                        await ResumedAsync().ConfigureAwait(false);
                        continue;
                    }

                    if (!full && awaited == Awaited.None && left is < 0 or > HttpDefaults.SmallBodyBytes)
                    {
                        // Without a buffer until there is something to put in it. After a full piece more is nearly always there already.
                        var ready = stream.ReadAsync(Memory<byte>.Empty, token);
                        if (!ready.IsCompleted)
                            Give(ref buffer);
                        await ready.ConfigureAwait(false);
                        if (Volatile.Read(ref _paused))
                            continue;
                    }

                    var room = left is > 0 and <= HttpDefaults.SmallBodyBytes ? HttpDefaults.SmallBodyBytes : HttpDefaults.PieceBytes;
                    buffer ??= ArrayPool<byte>.Shared.Rent(room);
                    var read = awaited == Awaited.Bytes ? come : left == 0 ? 0 : await stream.ReadAsync(buffer.AsMemory(0, Math.Min(room, buffer.Length)), token).ConfigureAwait(false);
                    awaited = Awaited.None;
                    if (left > 0)
                        left -= read;
                    if (read > 0)
                        Heard();
                    total += read;
                    if (total > _plan.MaxBodyBytes && _plan.MaxBodyBytes > 0)
                        throw new TransportException(HttpFailures.TooLarge(_plan, announced: null));
                    full = read == HttpDefaults.PieceBytes;
                    if (read == 0 && (flags & SsRxFlags.StartOfMessage) == 0)
                        flags = SsRxFlags.EndOfMessage;

                    if (_answer is { Parts: not null })
                    {
                        await DeliverPartsAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
                    }
                    else if (read > 0 || flags == SsRxFlags.EndOfMessage)
                    {
                        while (true)
                        {
                            using (await _entry)
                            {
                                if (_stopped || !_paused)
                                {
                                    if (!_stopped)
                                        ReceivedOnMailbox(buffer.AsSpan(0, read), flags);
                                    if (left == 0 && read > 0 && !_stopped && !_paused)
                                    {
                                        // All of it in one turn.
                                        ReceivedOnMailbox(default, SsRxFlags.EndOfMessage);
                                        Give(ref buffer);
                                        DeliverEndOnMailbox(Release(ref response));
                                    }

                                    break;
                                }
                            }

                            await ResumedAsync().ConfigureAwait(false);
                        }

                        flags = SsRxFlags.None;
                    }

                    if (response is null)
                        break;
                    if (read == 0)
                    {
                        Give(ref buffer);
                        var trailers = _answer is null ? null : response.TrailingHeaders;
                        var status = Release(ref response);
                        using (await _entry)
                        {
                            EndPartsOnMailbox();
                            if (trailers is not null && !_stopped)
                                _answer!.PublishTrailersOnMailbox(trailers);
                            DeliverEndOnMailbox(status);
                        }

                        break;
                    }
                }
            }
        }
        catch (Exception error)
        {
            failure = HttpFailures.Classify(error, _target!.Uri.Scheme == Uri.UriSchemeHttps, _step == Step.Body, Volatile.Read(ref _lane)?.Wire is { PeerEnded: true });

            // HTTP/2: what the platform makes of it depends on how far its own greeting had come.
            if (failure.Phase == SsPhase.Protocol && Volatile.Read(ref _lane) is { HasEndedMute: true })
                failure = failure with { Phase = SsPhase.Peer, Code = SsCauseCode.PeerClosed, Message = "The peer closed the connection before it said anything." };

            // Before its first answer a server may still be looking at this side's certificate, and the platform may know only that the connection is gone.
            if (Volatile.Read(ref _lane)?.Tls is { } tls)
                failure = tls.Explain(failure);

            // Where the peer sent us is not what the policy says, so mending the policy's endpoint would not help.
            if (_strange && failure.Attribute is ("endpoint" or "port"))
                failure = failure with { Attribute = null, Permanent = false };
        }

        try
        {
            Give(ref buffer);
            response?.Dispose();
            if (_body is { } body)
                await body.StopAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Cleaning up must not keep the end from being told.
            failure ??= HttpFailures.Classify(error, _target!.Uri.Scheme == Uri.UriSchemeHttps, _step == Step.Body);
        }

        if (!Volatile.Read(ref _closed))
        {
            using (await _entry)
                FinishOnMailbox(_failure ?? failure, reusable: false);
        }
    }

    /// <summary>Waits until receiving is resumed or the exchange stopped.</summary>
    private async Task ResumedAsync()
    {
        using (await _entry)
        {
            if (!_paused || _stopped)
                return;
            _resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await _resume.Task.ConfigureAwait(false);
    }

    /// <summary>Gives the response back, and with it a connection that another transaction may use, before its end is told.</summary>
    /// <returns>Its status.</returns>
    private int Release(ref HttpResponseMessage? response)
    {
        var status = (int)response!.StatusCode;
        response.Dispose();
        response = null;
        ReturnDrainedLane();
        return status;
    }

    private static void Give(ref byte[]? buffer)
    {
        if (buffer is { } held)
        {
            buffer = null;
            ArrayPool<byte>.Shared.Return(held);
        }
    }
}
