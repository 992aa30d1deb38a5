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
    private HttpResponseMessage? _response;
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
        TransportFailure? failure = null;
        try
        {
            if (_request is { } request)
            {
                _request = null;
                try
                {
                    _response = await SendOnceAsync(request, _headSince).ConfigureAwait(false);
                }
                catch (Exception error) when (_plan.IsHttp2 && Lane?.MaySendAgain(request, error) == true)
                {
                    _response = await ResendAsync(request).ConfigureAwait(false);
                }

                Volatile.Write(ref _status, (int)_response.StatusCode);
                TakeCookies(_response);
                if (IsDetour(_response))
                {
                    var first = _response;
                    _response = null;
                    _response = await DetourAsync(first).ConfigureAwait(false);
                    Volatile.Write(ref _status, (int)_response.StatusCode);
                }

                if ((int)_response.StatusCode == 401 && _setup.Token is not null)
                    await CheckTokenAsync(_response).ConfigureAwait(false);

                // Where HTTP/1.1 says how long the body is, its last byte is its end: no further read is needed to learn that.
                var announced = HttpResponseValues.AnnouncedLength(_method, _response);
                _left = _response.Version.Major == 1 ? announced : -1;
                _end = HttpBodyCheck.EndOf(_response, announced, _target!.Uri.Scheme == Uri.UriSchemeHttps);
                _due = announced;
                HttpResponseValues.CheckLength(_plan, announced);
                var awaited = Awaited.None;
                ValueTask<int> early = default;
                using (await _entry)
                {
                    if (!_stopped)
                        DeliverHeadOnMailbox(_response, mayHaveTrailers: _left < 0);
                    if (!_stopped)
                        early = TakeAtOnceOnMailbox(_response.Content.ReadAsStream(CancellationToken.None), out awaited);
                }

                // Most answers are over here, so what waits for the others is not part of what waits for all. A read that was begun is awaited whatever has stopped meanwhile: it may
                // still write into its buffer.
                if (_response is not null && (awaited != Awaited.None || !Volatile.Read(ref _stopped)))
                    await ReadAsync(early, awaited).ConfigureAwait(false);
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
            Give(ref _buffer);
            _response?.Dispose();
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
}
