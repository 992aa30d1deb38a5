using Polly;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>One request of an HttpClient: attempts with the delays of the policy between them, until there is a response or no attempt follows. One Polly execution, as a connect cycle is.</summary>
internal sealed partial class StreamTypeRequest(StreamTypeHandler handler, HttpRequestMessage request)
{
    private readonly StreamRuntime _runtime = handler.Runtime;
    private HttpResponseMessage? _response;
    private HttpRequestException? _error;
    private int _failures;

    public async Task<HttpResponseMessage> RunAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(handler.Ending.IsCancellationRequested, _runtime.Context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, handler.Ending);
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, either.Token);
        try
        {
            var outcome = await handler.Pipeline.ExecuteOutcomeAsync(
                static async (context, self) =>
                {
                    try
                    {
                        return Outcome.FromResult(await self.AttemptAsync(context.CancellationToken).ConfigureAwait(false));
                    }
                    catch (Exception error)
                    {
                        return Outcome.FromException<AttemptOutcome>(error);
                    }
                },
                context,
                this).ConfigureAwait(false);
            outcome.ThrowIfException();
        }
        catch (OperationCanceledException) when (handler.Ending.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(_runtime.Context.GetType().FullName);
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested && error.CancellationToken != cancellationToken)
        {
            // The caller knows its own token, not the one in between.
            throw new TaskCanceledException(error.Message, error, cancellationToken);
        }
        finally
        {
            ReleaseAdmission();
            ResilienceContextPool.Shared.Return(context);
        }

        return _response ?? throw _error!;
    }

    private async ValueTask<AttemptOutcome> AttemptAsync(CancellationToken cancellationToken)
    {
        // The policy in force now: a change is taken up by the next attempt.
        var policy = _runtime.FindPolicy!(handler.StreamType);
        if (StreamTypeHandler.ProblemOf(handler.StreamType, policy) is { } unusable)
            return Fail(policy, unusable, mayRepeat: false);
        if (Begin(policy!, out var plan, out var metadata, out var hop) is { } nowhere)
            return Fail(policy, nowhere, mayRepeat: false);

        if (await TokenAsync(policy!, cancellationToken).ConfigureAwait(false) is { } tokenless)
            return Fail(policy, tokenless, mayRepeat: true);
        await AdmitAsync(policy!, metadata!, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var message = new AttemptMessage(hop, _runtime.Platform.Time, policy!, cancellationToken);
            if (RequestMessages.Fill(plan!, metadata!, request, handler.Http.Blobs, hop, message, _runtime.Platform.Time.GetUtcNow()) is { } unsendable)
                return Fail(policy, unsendable with { Endpoint = hop.Target.Display }, mayRepeat: false);
            AddCookies(plan!, hop, message);
            HttpResponseMessage response;
            try
            {
                response = await message.SendAsync(hop.Target.Pool, plan!).ConfigureAwait(false);
                AttemptOver(null);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                var failure = message.HasTimedOut ? message.TimedOut : message.Explain(HttpFailures.Classify(error, hop.Address.Scheme == Uri.UriSchemeHttps, inBody: false));
                return Fail(policy, failure with { Endpoint = failure.Endpoint ?? hop.Target.Display }, MayRepeat(message, hop, message.HasTimedOut || RequestErrors.IsUnsent(error)));
            }
            finally
            {
                message.End();
            }

            if (plan!.KeepsCookies)
                handler.Http.Cookies.Take(hop.Address, hop.Target.UnixPath, response.Headers);
            if (plan.MaxBodyBytes > 0 && HttpResponseValues.AnnouncedLength(hop.Method, response) is var announced && announced > plan.MaxBodyBytes)
            {
                response.Dispose();
                return Fail(policy, HttpFailures.TooLarge(plan, announced) with { Endpoint = hop.Target.Display }, mayRepeat: false);
            }

            if (IsTokenRefused(hop, message, response))
            {
                await DrainAsync(response, keep: 0, cancellationToken).ConfigureAwait(false);
                if (await TokenAsync(policy!, cancellationToken).ConfigureAwait(false) is { } another)
                    return Fail(policy, another, mayRepeat: true);
                continue;
            }

            var status = (int)response.StatusCode;
            if (HttpNames.IsRedirect(status) && (plan!.Policy.AllowRedirects || plan.Http.FailRedirect))
            {
                var refusal = HttpRedirect.Resolve(plan, hop.Address, status, HttpResponseValues.Find(response.Headers, "Location"), hop.Count, out var next);
                if (refusal is null && MayFollow(hop, status))
                {
                    await DrainAsync(response, keep: 0, cancellationToken).ConfigureAwait(false);
                    hop = Follow(plan, hop, status, next!);
                    continue;
                }

                if (refusal is not null)
                {
                    response.Dispose();
                    return Fail(policy, refusal with { Endpoint = hop.Target.Display, Permanent = true }, mayRepeat: false);
                }
            }

            if (HttpNames.IsBusy(status) && BackOff.MayRetry(policy!.Retry, _failures + 1) && MayRepeat(message, hop, unsent: false))
                return Fail(policy, await BusyAsync(plan, response, hop, cancellationToken).ConfigureAwait(false), mayRepeat: true);

            response.RequestMessage = request; // The caller's: what went on the wire shows the endpoint.
            _response = response;
            _runtime.Trials.Result(handler.StreamType, policy, good: response.IsSuccessStatusCode || HttpNames.IsRedirect(status), detail: null);
            return default;
        }
    }

    /// <summary>As for a stream: a Cookie header of the caller's own stands alone.</summary>
    private void AddCookies(HttpPlan plan, RequestHop hop, AttemptMessage message)
    {
        if (plan.KeepsCookies && !message.Headers.NonValidated.Contains("Cookie") && handler.Http.Cookies.HeaderFor(hop.Address, hop.Target.UnixPath) is { } cookies)
            message.Headers.TryAddWithoutValidation("Cookie", cookies);
    }

    private TransportFailure? Begin(StreamTypePolicy policy, out HttpPlan? plan, out MetadataStore? metadata, out RequestHop hop)
    {
        hop = default;
        plan = handler.Http.PlanOf(policy);
        metadata = handler.ValuesOf(request, policy);
        if (request.Method == HttpMethod.Connect)
            return new TransportFailure(SsPhase.Policy, SsCauseCode.NotSupported, "CONNECT is no method a request can have; use GET, POST or another request method.") { Permanent = true };
        if (plan.Resolve(metadata, out var target) is { } nowhere)
            return nowhere;
        if (RequestAddress.Combine(policy.Name, target!, request.RequestUri, out var address) is { } bad)
            return bad with { Endpoint = target!.Display };
        hop = new RequestHop(target!, address!, request.Method);
        return null;
    }

    /// <summary>Whether the request may be sent once more: nothing of it was sent, or twice is the same as once; and its body is there once more.</summary>
    private bool MayRepeat(HttpRequestMessage message, RequestHop hop, bool unsent)
    {
        var begun = message.Content is ForwardedContent { HasBegun: true };
        return (!begun || ForwardedContent.IsReplayable(request.Content)) && ((unsent && hop.Count == 0) || RequestErrors.IsIdempotent(request.Method));
    }

    /// <summary>Whether what the redirect asks for can be sent: no body, or one that is there once more.</summary>
    private bool MayFollow(RequestHop hop, int status) =>
        hop.IsBare || HttpRedirect.MethodAfter(hop.Method, status) != hop.Method || ForwardedContent.IsReplayable(request.Content);

    private static RequestHop Follow(HttpPlan plan, RequestHop hop, int status, Uri next)
    {
        var method = HttpRedirect.MethodAfter(hop.Method, status);
        return new RequestHop(
            plan.Follow(hop.Target, next), next, method, hop.Count + 1,
            hop.IsStrange || !hop.Target.IsSameOrigin(next), hop.IsBare || method != hop.Method);
    }

    private async Task<TransportFailure> BusyAsync(HttpPlan plan, HttpResponseMessage response, RequestHop hop, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var wait = HttpRetryAfter.Read(response.Headers, _runtime.Platform.Time.GetUtcNow());
        var said = await DrainAsync(response, HttpDefaults.PeerTextBytes, cancellationToken).ConfigureAwait(false);
        return new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, $"The peer asks to come back later (status {status}).")
        {
            Status = status,
            RetryAfter = wait,
            PeerText = HttpPeerText.Of(plan, response, null, said),
            Endpoint = hop.Target.Display,
        };
    }

    /// <summary>As streams do: a body that stalls costs its connection, not the time of the caller.</summary>
    private async Task<ReadOnlyMemory<byte>> DrainAsync(HttpResponseMessage response, int keep, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(HttpDefaults.DrainTimeout, _runtime.Platform.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        return await HttpDrain.RunAsync(response, keep, either.Token).ConfigureAwait(false);
    }

    private AttemptOutcome Fail(StreamTypePolicy? policy, TransportFailure failure, bool mayRepeat)
    {
        _failures++;
        AttemptOver(failure);
        var retry = mayRepeat && !failure.Permanent && failure.Phase != SsPhase.Local && BackOff.MayRetry(policy?.Retry, _failures);
        TimeSpan? delay = retry ? BackOff.Delay(policy!.Retry!, _failures, _runtime.Platform.Random.NextDouble(), failure.RetryAfter, longest: failure.RetryClass == RetryClass.Identity) : null;
        var detail = FailureReporter.Report(_runtime, handler.StreamType, handler.Id, policy, !retry ? SsState.AllRetriesFailed : failure.IsAuth ? SsState.AuthFailed : SsState.Unreachable, failure, new SsCause(failure.Phase, failure.Code)
        {
            Attempt = _failures,
            Status = failure.Status,
            Concealed = retry,
            NextAction = retry ? SsNextAction.Retry : SsNextAction.None,
            NextDelay = delay ?? TimeSpan.Zero,
        });
        var cause = detail.Cause;
        if (!retry && failure.Phase != SsPhase.Local)
            _runtime.Trials.Result(handler.StreamType, policy, good: false, detail);
        if (!retry)
            _error = RequestErrors.Make(handler.StreamType, cause, failure.Status);
        return new AttemptOutcome(delay);
    }
}
