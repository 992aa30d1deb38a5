using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Remote;

/// <content>One fetch, from the question to the report.</content>
internal sealed partial class RemotePolicyLoop
{
    private async Task<SsRemotePolicyResult> FetchOnceAsync()
    {
        SsRemotePolicyResult result;
        try
        {
            result = await FetchAndApplyAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (_ending.IsCancellationRequested)
        {
            throw new ObjectDisposedException(typeof(LocalContext).FullName, error);
        }
        catch (FetchException error)
        {
            result = new SsRemotePolicyResult
            {
                Outcome = error.Stage == SsRemotePolicyStage.Fetch ? SsRemotePolicyOutcome.Failed : SsRemotePolicyOutcome.Refused, Stage = error.Stage, Message = error.Message,
            };
        }
        catch (RemoteUnavailableException error)
        {
            result = new SsRemotePolicyResult { Outcome = SsRemotePolicyOutcome.Unavailable, Stage = SsRemotePolicyStage.Fetch, Message = error.Message };
        }
        catch (Exception error)
        {
            // Else nobody would ever fetch again.
            RemotePolicyLog.Mistake(_logger, error);
            result = new SsRemotePolicyResult { Outcome = SsRemotePolicyOutcome.Failed, Stage = SsRemotePolicyStage.Fetch, Message = $"{error.GetType().Name}: {error.Message}" };
        }

        if (_unstored is not null)
            result = StorePending(result);
        Conclude(result);
        lock (_lock)
            _fetching = null;
        return result;
    }

    private async Task<SsRemotePolicyResult> FetchAndApplyAsync()
    {
        var known = string.Join(", ", new[] { _etag, _rejected.ETag }.Where(static one => one.Length > 0).Distinct(StringComparer.Ordinal));
        var (came, etag) = await _fetcher.FetchAsync(known, _judge.WantsSignatures, _ending.Token).ConfigureAwait(false);
        if (came is not { } fetched)
            return IsRejected(etag.Length > 0 ? etag : _served) ? StillRejected() : Unchanged();
        _served = etag;
        if (fetched.Hash == _hash)
        {
            _etag = fetched.ETag;
            return Unchanged() with { Hash = fetched.Hash };
        }

        var document = new PolicyDocument(fetched.Policy, DocumentName);
        var verdict = PolicyJudge.JudgeSuccession(_judge.Judge(document, fetched.Signatures), _highest, isKnown: _revisionHash.Length > 0 && _revisionHash != fetched.Hash, _time.GetUtcNow());
        var result = new SsRemotePolicyResult
        {
            Outcome = SsRemotePolicyOutcome.Refused, Stage = verdict.Stage, Message = verdict.Message, Diagnostics = verdict.Lines, Revision = verdict.Terms.Revision, Hash = fetched.Hash,
        };
        if (!verdict.Good)
            return result;
        if (fetched.Hash == _rejected.Hash)
        {
            _rejected.ETag = fetched.ETag;
            return result with { Stage = SsRemotePolicyStage.Trial, Message = "It was in force before, did not stand its trial and was taken back: it is tried again when its content differs." };
        }

        _ending.Token.ThrowIfCancellationRequested();
        var update = _host.Apply(document);
        if (update.Refusal is { } refusal)
            return result with { Stage = SsRemotePolicyStage.Apply, Message = refusal.Split('\n')[0].TrimEnd(), Diagnostics = update.Diagnostics, Update = update };

        // What a trial waits for may begin only now.
        _firstAnswer.TrySetResult();

        // Only what has proved good is what the next start begins with.
        if (await _host.Confirm(update, _ending.Token).ConfigureAwait(false) is { } reverted)
        {
            _rejected = (fetched.Hash, fetched.ETag);
            return result with { Outcome = SsRemotePolicyOutcome.Reverted, Stage = SsRemotePolicyStage.Trial, Message = reverted, Update = update };
        }

        Accept(verdict.Terms, fetched.Hash, fetched.ETag);
        if (_store is not null)
        {
            _unstored = new PolicySlot
            {
                Sequence = 0, Revision = verdict.Terms.Revision, StoredAt = _time.GetUtcNow(), ETag = fetched.ETag, Signatures = fetched.Signatures, Policy = fetched.Policy,
            };
        }

        Change(status => status with { Source = SsRemotePolicySource.Network, Revision = verdict.Terms.Revision, Expires = verdict.Terms.Expires, Stored = false, StoreProblem = null });
        return result with { Outcome = SsRemotePolicyOutcome.Applied, Update = update };
    }

    private bool IsRejected(string etag) => _rejected.ETag.Length > 0 && Strong(etag) == Strong(_rejected.ETag);

    // If-None-Match compares weakly (RFC 9110 section 13.1.2), so a server may say W/ of what it said without, or the other way round.
    private static string Strong(string etag) => etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag;

    /// <summary>Nothing new, and not well either: what the server has is not what runs.</summary>
    private SsRemotePolicyResult StillRejected() => Unchanged() with
    {
        Stage = SsRemotePolicyStage.Trial, Hash = _rejected.Hash, Message = "The server still has the policy that did not stand its trial and was taken back: it is tried again when its content differs.",
    };

    private SsRemotePolicyResult Unchanged() => new() { Outcome = SsRemotePolicyOutcome.Unchanged, Revision = _status.Revision, Stored = _status.Stored };

    /// <summary>Keeps what was accepted; what could not be kept is tried again after each later fetch.</summary>
    private SsRemotePolicyResult StorePending(SsRemotePolicyResult result)
    {
        var problem = _store!.Store(_unstored!);
        if (problem is null)
            _unstored = null;
        else
            RemotePolicyLog.NotStored(_logger, problem);
        Change(status => status with { Stored = problem is null, StoreProblem = problem });
        return result.Outcome is SsRemotePolicyOutcome.Applied or SsRemotePolicyOutcome.Unchanged ? result with { Stored = problem is null, StoreProblem = problem } : result;
    }

    private void Conclude(SsRemotePolicyResult result)
    {
        var now = _time.GetUtcNow();
        var contact = result.Outcome is SsRemotePolicyOutcome.Applied or SsRemotePolicyOutcome.Unchanged;
        Change(status => status with
        {
            LastFetch = now, LastResult = result, LastContact = contact ? now : status.LastContact, Failures = result.Outcome == SsRemotePolicyOutcome.Failed ? status.Failures + 1 : 0,
        });
        _host.Instruments.PolicyFetched(result.Outcome);
        switch (result.Outcome)
        {
            case SsRemotePolicyOutcome.Applied:
                RemotePolicyLog.Applied(_logger, result.Revision, result.Stored);
                break;
            case SsRemotePolicyOutcome.Unchanged:
                RemotePolicyLog.Unchanged(_logger);
                break;
            case SsRemotePolicyOutcome.Refused:
                RemotePolicyLog.Refused(_logger, result.Stage, string.Join(Environment.NewLine, result.Diagnostics.Take(PolicyReport.MostDiagnostics).Prepend(result.Message)));
                break;
            case SsRemotePolicyOutcome.Reverted:
                RemotePolicyLog.Reverted(_logger, result.Revision, result.Message);
                break;
            case SsRemotePolicyOutcome.Unavailable:
                RemotePolicyLog.Unavailable(_logger, result.Message);
                break;
            default:
                RemotePolicyLog.Failed(_logger, _status.Failures, result.Message);
                break;
        }

        WarnOfExpiry();
        _firstAnswer.TrySetResult();
        if (result.Outcome is not (SsRemotePolicyOutcome.Unchanged or SsRemotePolicyOutcome.Unavailable))
            _reporter.Add(PolicyReport.Write(result, _status.Revision, now));
    }
}
